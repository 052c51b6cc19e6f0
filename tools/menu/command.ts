/** `menu`: shows an account's menu and automatic replies, writes them as files, and creates the menu from its file. */

import { isDeepStrictEqual } from 'node:util'

import { actionsOf } from '../../lib/menu/menu-list.ts'
import type { MenuOrder } from '../../lib/menu/menu-order.ts'
import { openFunction, type StageFunction } from '../../local/stage/function.ts'
import { findPlace, whereIs } from '../../local/stage/place.ts'
import { appArgs, saidOf } from '../command/apps.ts'
import { commandLine, UsageError } from '../command/options.ts'
import { type Session, type Start, whileAsking } from '../command/session.ts'
import { counted } from '../command/words.ts'
import { carryMenu } from './carry-menu.ts'
import { carryReplies } from './carry-replies.ts'
import { readMenu, readReplies, writePart } from './files.ts'
import { renderLost, renderMenu, renderReplies } from './lines.ts'
import { mergeMenus, mergeReplies } from './merge.ts'
import { type Options, parseOptions, spec } from './options.ts'
import { type Report, report } from './report.ts'

/** The function has 60 s. */
const answerLimitMs = 70_000

type Asking = { readonly options: Options; readonly menu: StageFunction<MenuOrder, Report> } & Pick<Session, 'screen'>

export const start: Start = async (args, { env, screen, signal }) => {
  const options = parseOptions(args, env)
  const place = findPlace(options, 'lambda', env)
  // It calls WeChat from the address of the allow-list, and knows its secret.
  const menu = openFunction<MenuOrder, Report>(place, 'menu', { shape: report, signal, answerLimitMs })
  screen.line(`The menu and replies${saidOf(options)}, stage ${options.stage} (${whereIs(place)}) · 菜单与自动回复`)
  const asking = { options, menu, screen }
  return whileAsking({ screen, signal }, () => (options.action === 'apply' ? apply(asking) : show(asking)))
}

async function show({ options, menu, screen }: Asking): Promise<number> {
  const found = await menu.ask({ action: 'read', ...ofApp(options) })
  const carried = carry(found)
  const notes = options.action === 'write' ? write(carried, options) : []
  screen.json({ ...found, ...carried, notes })
  const replies = found.replies === undefined ? [] : renderReplies(found.replies)
  for (const it of [...renderMenu(found.menu), ...replies, ...renderLost(carried.lost)]) screen.line(it)
  if (options.action === 'show') screen.line(`→ ${again(options, '--write')} writes replies.json and menu.json`)
  for (const it of notes) screen.line(it)
  return 0
}

/** The menu's own replies go with the others, by the keys of its clicks. */
function carry({ menu, replies: found }: Report) {
  const carried = carryMenu(menu)
  const { replies, lost } = found === undefined ? { replies: {}, lost: [] } : carryReplies(found)
  const own = Object.keys(carried.replies).length === 0 ? {} : { menu: carried.replies }
  return { menuFile: carried.menu, repliesFile: { ...replies, ...own }, lost: [...carried.lost, ...lost] }
}

/** Answers what was done, a line each. */
function write({ menuFile, repliesFile }: ReturnType<typeof carry>, options: Options): string[] {
  const replies = mergeReplies(readReplies(options), repliesFile, options.replace)
  const menus = mergeMenus<object>(readMenu(options), menuFile, options.replace)
  if (replies.notes.length > 0) writePart('replies.json', options, replies.merged)
  if (menus.notes.length > 0 && menus.merged !== undefined) writePart('menu.json', options, menus.merged)
  return [
    ...told('replies.json', replies.notes),
    ...told('menu.json', menus.notes),
    `→ look at them; deploy; switch the message push on; then ${again(options, '--apply')}`,
  ]
}

function told(file: string, notes: readonly string[]): string[] {
  if (notes.length === 0) return [`✓ ${file} has all of it · 无需改动`]
  return [`${file}:`, ...notes.map(it => `  ${it}`)]
}

async function apply({ options, menu, screen }: Asking): Promise<number> {
  const wanted = readMenu(options)
  if (wanted === undefined)
    throw new UsageError(`menu.json has no menu of this account and stage: ${again(options, '--write')} writes it`)
  const { menu: answered = {} } = readReplies(options)
  const silent = actionsOf(wanted).flatMap(it =>
    it.type === 'click' && !Object.hasOwn(answered, it.key) ? it.key : [],
  )
  for (const key of silent) screen.line(`! ${key}: replies.json has no reply to it; a server has to answer its taps`)
  const found = await menu.ask({ action: 'create', ...ofApp(options), menu: wanted })
  const isSame = found.menu.isOpen && isDeepStrictEqual(carryMenu(found.menu).menu, wanted)
  screen.json({ ...found, silent, isSame })
  for (const it of renderMenu(found.menu)) screen.line(it)
  screen.line(
    isSame
      ? `✓ created · 已创建: ${counted(actionsOf(wanted).length, 'action')}; phones show it within five minutes`
      : '✗ WeChat took the menu, and shows another than that of menu.json · 与 menu.json 不一致',
  )
  return isSame ? 0 : 1
}

function ofApp({ app }: Options) {
  return app === undefined ? {} : { app }
}

function again(options: Options, flag: string): string {
  return commandLine(spec.verb, options, [...appArgs(options), flag])
}
