/** Reads what a line of the functions' log says of an event. */
import * as v from 'valibot'
import type { SeenEvent, SeenStep } from '../../lib/console/ports.ts'
import { errorOf } from '../terminal/fields.ts'
import type { LogLine } from '../terminal/line.ts'

const text = v.exactOptional(v.fallback(v.string(), ''))
const number = v.exactOptional(v.fallback(v.number(), 0))
/** The fields of such lines, as docs/logs.md has them. */
const fieldsOfLine = v.object({
  ...{ id: text, app: text, reason: text, why: text, msgid: text, rid: text, failure: text, pushedAt: text },
  ...{ template: text, state: text, attempts: number, errcode: number, ms: number, seconds: number },
  isAsked: v.exactOptional(v.fallback(v.boolean(), false)),
  ids: v.exactOptional(v.fallback(v.array(v.string()), [])),
})
type Fields = v.InferOutput<typeof fieldsOfLine>

/** The steps that a line tells of these events, and what else it says of them. */
export type Told = { ids: readonly string[]; steps: readonly SeenStep[]; facts: Partial<SeenEvent>; msgid?: string }

const endings = ['accepted', 'dropped', 'rejected', 'in-doubt'] as const

/** Reads a line; undefined if it tells of no event. */
export function readStep(line: LogLine): Told | undefined {
  const read = v.safeParse(fieldsOfLine, line.fields)
  if (!read.success || !line.event.startsWith('send.')) return undefined
  const { id, ids = [], app, template, attempts, msgid } = read.output
  const steps = stepsOf(line, read.output)
  if (steps.length === 0) return undefined
  return {
    ids: id === undefined || id === '' ? ids : [id],
    steps,
    facts: { ...(app && { from: app }), ...(template && { template }), ...(attempts && { attempts }) },
    ...(msgid && { msgid }),
  }
}

function stepsOf(line: LogLine, fields: Fields): SeenStep[] {
  const at = line.at.toISOString()
  const name = line.event.slice('send.'.length)
  const ending = endings.find(it => it === name)
  if (ending !== undefined)
    return [{ step: ending === 'accepted' ? 'accepted' : 'ended', at, state: ending, ...resultOf(fields) }]
  switch (name) {
    case 'received':
      return receivedOf(at, fields)
    case 'resolved':
      return [{ step: 'resolved', at, isAsked: fields.isAsked ?? false }]
    case 'called':
      return [calledOf(at, fields)]
    case 'waits':
      return [waitOf(line.at, fields)]
    case 'held':
      return [{ step: 'parked', at, state: 'parked', ...resultOf(fields) }]
    case 'repeated':
      return [{ step: 'repeated', at }]
    default:
      return line.level === 'ERROR' || line.level === 'WARN' ? [{ step: 'trouble', at, words: troubleIn(line) }] : []
  }
}

/** The first time, when it was pushed is told as well. */
function receivedOf(at: string, { pushedAt, attempts: count = 1 }: Fields): SeenStep[] {
  const pushed = count === 1 && pushedAt ? [{ step: 'pushed', at: pushedAt } as const] : []
  return [...pushed, { step: 'received', at, count }]
}

function calledOf(at: string, { errcode, failure, rid, ms }: Fields): SeenStep {
  const answer = errcode === undefined ? { failure: failure ?? 'unknown' } : { errcode }
  return { step: 'called', at, ...answer, ...(rid && { rid }), ...(ms === undefined ? {} : { ms }) }
}

function waitOf(at: Date, { why, seconds }: Fields): SeenStep {
  const next = seconds === undefined ? {} : { nextTryAt: new Date(at.getTime() + seconds * 1000).toISOString() }
  return { step: 'waits', at: at.toISOString(), state: 'waiting', ...(why && { reason: why }), ...next }
}

function resultOf({ reason, msgid }: Fields) {
  return { ...(reason && { reason }), ...(msgid && { msgid }) }
}

function troubleIn({ event, fields }: LogLine): string {
  return fields.error === undefined ? event : `${event}: ${errorOf(fields)}`
}
