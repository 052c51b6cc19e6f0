/** What `send` is told on the command line. */

import { eventIdPattern } from '../../lib/send/delivery.ts'
import type { Environment } from '../../local/environment.ts'
import type { Stage } from '../../local/stage/place.ts'
import { readApp, readApps } from '../command/apps.ts'
import type { Spec } from '../command/help.ts'
import { jsonOption, readCount, readOptions, readStage, stageOptions, UsageError } from '../command/options.ts'

/** The event as it was wished for; what its fields hold is checked as any event's. */
export type Wishes = {
  readonly to: Readonly<Record<string, string>>
  readonly from?: string
  readonly mini?: string
  readonly data: Readonly<Record<string, unknown>>
  readonly id?: string
  readonly template?: string
  readonly templateId?: string
  readonly page?: string
  readonly url?: string
  readonly expiresAt?: string
}

/** Without `wishes` nothing is pushed: the event of this `id` is only followed. */
type What = { readonly wishes: Wishes } | { readonly id: string }

export type Options = Stage &
  What & {
    readonly isFollowed: boolean
    /** How long nothing new is waited for. */
    readonly waitSeconds: number
  }

const standardWait = '60'

export const spec = {
  verb: 'send',
  usage: '--to <who> --template <name> --data <key>=<text> …',
  summary: 'pushes one event, and follows it to its end',
  options: {
    to: {
      type: 'string',
      value: '<kind>=<id>',
      summary: 'who: unionid=…, miniOpenid=… or openid=… (the Official Account’s)',
    },
    app: {
      type: 'string',
      value: '<name>',
      summary: 'from which Official Account, by its name in apps.json, or any; without it the default one',
    },
    mini: {
      type: 'string',
      value: '<name>',
      summary: 'the mini program whose page it opens, and whose miniOpenid is meant; without it the default one',
    },
    template: { type: 'string', value: '<name>', summary: 'a template of this stage in templates.json' },
    'template-id': { type: 'string', value: '<id>', summary: 'or WeChat’s own id of one' },
    data: {
      type: 'string',
      multiple: true,
      value: '<key>=<text>',
      summary: `a value, as amount2=¥88.00; as often as there are values. Or all as JSON: --data '{"thing1":"…"}'`,
    },
    page: { type: 'string', value: '<path>', summary: 'the mini-program page that the message opens' },
    url: { type: 'string', value: '<address>', summary: 'for clients that cannot open mini programs' },
    'expires-at': {
      type: 'string',
      value: '<time>',
      summary: 'after that it is not sent any more, as 2026-11-22T12:00:00Z',
    },
    id: {
      type: 'string',
      value: '<id>',
      summary: `the event’s id; one id, at most one message. Without it, one made of content and time.
Alone it pushes nothing, and follows the event of this id`,
    },
    'no-follow': { type: 'boolean', summary: 'only pushes' },
    wait: {
      type: 'string',
      value: '<seconds>',
      summary: `stops watching when nothing new has come for so long; ${standardWait}`,
    },
    ...stageOptions,
    ...jsonOption,
  },
  notes: 'The event is checked before it is pushed. Ctrl-C stops watching, not the event.',
  exitCodes: ['WeChat took the message (accepted, delivered)', 'not'],
} as const satisfies Spec

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment, file?: string): Options {
  const values = readOptions(args, env, spec)
  const stage = readStage(values, env)
  assertKnown(values.app, stage.stage, file)
  const { wait = standardWait, 'no-follow': isLeft = false } = values
  const what = readWhat(values)
  if (isLeft && 'id' in what) throw new UsageError('--id alone follows an event, and --no-follow leaves nothing to do')
  return { ...stage, ...what, isFollowed: !isLeft, waitSeconds: readCount('wait', wait) }
}

function assertKnown(app: string | undefined, stage: string, file?: string): void {
  if (app !== undefined && app !== 'any') readApp(app, stage, readApps(stage, file).officials)
}

function readWhat(values: ReturnType<typeof readOptions<typeof spec.options>>): What {
  const { to, app: from, mini, data = [], id, template, page, url } = values
  const renamed = { templateId: values['template-id'], expiresAt: values['expires-at'] }
  const fields = withoutGaps({ id, from, mini, template, page, url, ...renamed })
  const isAlone = to === undefined && data.length === 0 && Object.keys(fields).length === 1
  return isAlone && id !== undefined
    ? { id: readId(id) }
    : { wishes: { to: readRecipient(to), data: readData(data), ...fields } }
}

function readId(id: string): string {
  if (eventIdPattern.test(id)) return id
  throw new UsageError('--id takes 1 to 128 of letters, digits and . _ : @ = + -')
}

function readRecipient(text: string | undefined): Record<string, string> {
  const [, kind, id] = /^(unionid|miniOpenid|openid)=(.+)$/s.exec(text ?? '') ?? []
  if (kind !== undefined && id !== undefined) return { [kind]: id }
  const lack = text === undefined ? '--to is missing: it takes' : '--to takes'
  throw new UsageError(`${lack} unionid=<id>, miniOpenid=<id> or openid=<id>`)
}

function readData(texts: readonly string[]): Record<string, unknown> {
  const entries = texts.flatMap(readEntries)
  const keys = entries.map(([key]) => key)
  const double = keys.find((key, index) => keys.indexOf(key) !== index)
  if (double !== undefined) throw new UsageError(`--data has ${double} twice`)
  return Object.fromEntries(entries)
}

/** No message may repeat a value: it may be personal. */
function readEntries(it: string): [string, unknown][] {
  if (it.trimStart().startsWith('{')) return Object.entries(readJson(it))
  const end = it.indexOf('=')
  if (end < 1) throw new UsageError('--data takes <key>=<text>, or a JSON object')
  return [[it.slice(0, end), it.slice(end + 1)]]
}

function readJson(it: string): object {
  try {
    return JSON.parse(it)
  } catch {
    // The parser's own words repeat what was read.
    throw new UsageError('--data begins as a JSON object and is none; in most shells it stands in single quotes')
  }
}

function withoutGaps(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).flatMap(([key, it]) => (it === undefined ? [] : [[key, it]])))
}
