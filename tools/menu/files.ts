/** replies.json and menu.json of this checkout: what they have of one account, and what they get. */

import { readFileSync, writeFileSync } from 'node:fs'

import type { Apps } from '../../lib/apps.ts'
import type { Replies } from '../../lib/callback/replies.ts'
import { readReplyLists } from '../../lib/callback/reply-list.ts'
import { type Menu, readMenuLists } from '../../lib/menu/menu-list.ts'
import { listFile } from '../../local/apps.ts'
import { asSettings, SettingsError } from '../../local/environment.ts'

/** Which part of the files is meant: of the default account without an `app`. */
export type Part = { readonly stage: string; readonly app?: string; readonly officials: Apps['officials'] }

type FileName = 'replies.json' | 'menu.json'
type Fields = Readonly<Record<string, unknown>>

/** Reads an account's replies; throws a SettingsError that names all that is wrong with the file. */
export function readReplies(part: Part): Replies {
  return asSettings(() => readReplyLists(readLists('replies.json'), part.stage, part.officials)).get(nameOf(part)) ?? {}
}

/** Reads an account's menu, or undefined; throws a SettingsError that names all that is wrong with the file. */
export function readMenu(part: Part): Menu | undefined {
  return asSettings(() => readMenuLists(readLists('menu.json'), part.stage, part.officials)).get(nameOf(part))
}

/** Writes one account's part; all else stays. */
export function writePart(file: FileName, part: Part, content: object): void {
  const lists = fieldsOf(readLists(file))
  const own = fieldsOf(lists[part.stage])
  const { official } = own
  const further = fieldsOf(official)
  const isDefault = nameOf(part) === part.officials[0].name
  const others = official === undefined ? {} : { official }
  const stage = isDefault ? { ...content, ...others } : { ...own, official: { ...further, [nameOf(part)]: content } }
  writeFileSync(listFile(file), `${JSON.stringify({ ...lists, [part.stage]: stage }, null, 2)}\n`)
}

function nameOf({ app, officials }: Part): string {
  return app ?? officials[0].name
}

/** A file that is not there is an empty one. */
function readLists(file: FileName): unknown {
  try {
    return JSON.parse(readFileSync(listFile(file), 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw new SettingsError([`${file} cannot be read: ${error instanceof Error ? error.message : error}`])
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
