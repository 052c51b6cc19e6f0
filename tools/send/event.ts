/** The event that is pushed, checked by the rules that will be applied to it. */

import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { ConfigError, RequestError } from '../../lib/errors.ts'
import { maskId } from '../../lib/identifiers.ts'
import type { ValueCheck } from '../../lib/send/deps.ts'
import type { Message } from '../../lib/send/kinds/kind.ts'
import { parseTemplateMessage } from '../../lib/send/kinds/template-event.ts'
import { findTemplate, readTemplateLists, type Template, type TemplateList } from '../../lib/send/template-list.ts'
import { listFile } from '../../local/apps.ts'
import { readApps } from '../command/apps.ts'
import { UsageError } from '../command/options.ts'
import type { Options, Wishes } from './options.ts'

const projectFiles = { apps: listFile('apps.json'), templates: listFile('templates.json') }

export type Event = {
  readonly id: string
  /** Absent for an event that is only followed. */
  readonly body?: string
  /** Its template: the events of one hold up none of another. */
  readonly group?: string
  /** What it is, in words. */
  readonly lines: readonly string[]
}

/** Makes the event; throws UsageError, in the words of the event's own check, for one that would be rejected. */
export function makeEvent(options: Options, now: number, values?: ValueCheck, files = projectFiles): Event {
  if (!('wishes' in options)) return { id: options.id, lines: [`  id        ${options.id}`] }
  const { stage, wishes } = options
  const { id = deriveId(wishes, now), ...rest } = wishes
  const body = JSON.stringify({ id, ...rest })
  const { officials, minis } = readApps(stage, files.apps)
  const [first] = officials
  const lists = orUsageError(() => readTemplateLists(readLists(files.templates), stage, officials))
  const follows = minis.find(it => it.name === wishes.mini)?.follows.name
  const from = wishes.from ?? follows ?? first.name
  const accounts = from === 'any' ? officials : officials.filter(it => it.name === from)
  const { message, templates } = orUsageError(() =>
    firstOf(accounts, app => {
      const templates = lists.get(app.name) ?? {}
      const rules = { account: { app, templates }, minis, ...(values === undefined ? {} : { values }) }
      return { message: parseTemplateMessage(body, rules), templates }
    }),
  )
  return { id, body, group: message.templateId, lines: describe(wishes, message, templates) }
}

/** From any, it goes out by those accounts whose rules it keeps; throws what is wrong by the first one's. */
function firstOf<T, R>(list: readonly T[], read: (it: T) => R): R {
  let failure: unknown
  for (const it of list) {
    try {
      return read(it)
    } catch (error) {
      failure ??= error
    }
  }
  throw failure
}

/** Read when an event is made: a mistake in it is told in words, and who only follows needs no list. */
function readLists(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`templates.json cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

/** Of content and time: the same once more within a second is the same event. */
function deriveId(wishes: Wishes, now: number): string {
  const second = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return `send-${second}-${hash('sha256', JSON.stringify(wishes)).slice(0, 8)}`
}

function orUsageError<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof RequestError)
      throw new UsageError(`nothing is pushed · 未推送: the event is wrong: ${error.message}`)
    if (error instanceof ConfigError) throw new UsageError(error.problems.join('\n'))
    throw error
  }
}

function describe({ to, from, data, template }: Wishes, message: Message, templates: TemplateList): string[] {
  const [[kind, id] = ['', '']] = Object.entries(to)
  const { templateId } = message
  const [name = template, listed] = findTemplate(templates, templateId, template) ?? []
  const cut = Object.keys(data).filter(
    key => message.data[key]?.endsWith('…') && textOf(data[key]) !== message.data[key],
  )
  return [
    `  id        ${message.id}`,
    `  to        ${kind} ${maskId(id)}`,
    ...(from === undefined ? [] : [`  from      ${from}`]),
    `  template  ${listed === undefined ? templateId : titled(`${name}`, listed, from)}`,
    ...keysBeyond(data, listed).map(key => `  ${key} is no key of this template: nobody sees it · 模板无此字段`),
    ...cut.map(key => `  ${key} is too long, and ends in … inside its limit · 超长截断`),
  ]
}

/** From any it is not known yet whose template it is. */
function titled(name: string, { title }: Template, from: string | undefined): string {
  return from === 'any' ? `${name}, as the account has it that reaches them` : `${name} 「${title}」`
}

/** WeChat takes no notice of them, and tells of none: most often a slip. */
function keysBeyond(data: Wishes['data'], listed: Template | undefined): string[] {
  return listed === undefined ? [] : Object.keys(data).filter(key => !Object.hasOwn(listed.fields, key))
}

function textOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'value' in value ? value.value : value
}
