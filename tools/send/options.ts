/** What `npm run send` is told on its command line. */

import { eventIdPattern } from '../../lib/send/delivery.ts'
import type { Environment } from '../../local/environment.ts'
import {
  commandLine,
  readCount,
  readOptions,
  readStage,
  type Stage,
  stageOptions,
  UsageError,
} from '../command/options.ts'

/** The event as it was wished for; what its fields hold is checked as any event's. */
export type Wishes = {
  readonly to: Readonly<Record<string, string>>
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

const command = 'npm run send'
const standardWait = '60'

export const helpText = `npm run send -- --to <who> --template <name> --data <key>=<text> …   pushes one event, and follows it to its end

  --to <kind>=<id>      who: unionid=…, miniOpenid=… or openid=… (the Official Account’s)
  --template <name>     a template of this stage in templates.json
  --template-id <id>    or WeChat’s own id of one
  --data <key>=<text>   a value, as amount2=¥88.00; as often as there are values. Or all as JSON: --data '{"thing1":"…"}'
  --page <path>         the mini-program page that the message opens
  --url <address>       for clients that cannot open mini programs
  --expires-at <time>   after that it is not sent any more, as 2026-11-22T12:00:00Z
  --id <id>             the event’s id; one id, at most one message. Without it, one made of content and time.
                        Alone it pushes nothing, and follows the event of this id
  --no-follow           only pushes
  --wait <seconds>      stops watching when nothing new has come for so long; ${standardWait}
  --stage <name>        the stage to push to; without it the local stack, which npm start starts
  --region <name>       where the stage is deployed; AWS_REGION, or ap-southeast-1
  --help                this text

The event is checked before it is pushed. Ctrl-C stops watching, not the event.
Ends with 0 if WeChat took the message (accepted, delivered), 1 if not, 2 if the options are wrong.
`

const text = { type: 'string' } as const
const known = {
  ...stageOptions,
  to: text,
  template: text,
  'template-id': text,
  data: { type: 'string', multiple: true },
  page: text,
  url: text,
  'expires-at': text,
  id: text,
  'no-follow': { type: 'boolean' },
  wait: text,
  help: { type: 'boolean' },
} as const

/** Reads the options; throws UsageError. */
export function parseOptions(args: readonly string[], env: Environment): Options | 'help' {
  const { help, wait = standardWait, 'no-follow': isLeft = false, ...values } = readValues(args, env)
  if (help) return 'help'
  const what = readWhat(values)
  if (isLeft && 'id' in what) throw new UsageError('--id alone follows an event, and --no-follow leaves nothing to do')
  return { ...readStage(values, env), ...what, isFollowed: !isLeft, waitSeconds: readCount('wait', wait) }
}

/** The command that follows the event of this id. */
export function followCommand({ stage, region }: Options, id: string): string {
  return commandLine(command, { stage, ...(region === undefined ? {} : { region }) }, ['--id', id])
}

function readValues(args: readonly string[], env: Environment) {
  return readOptions(args, env, { command, options: known })
}

type Values = Omit<ReturnType<typeof readValues>, 'help' | 'wait' | 'no-follow'>

function readWhat({
  stage: _,
  region: __,
  to,
  data = [],
  'template-id': templateId,
  'expires-at': expiresAt,
  ...same
}: Values): What {
  const fields = withoutGaps({ ...same, templateId, expiresAt })
  const { id } = same
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
