/** What became of one event, step by step, as far as the tables know. */

import type { Apps } from '../apps.ts'
import type { Delivery, DoneMark } from '../send/delivery.ts'
import { eventIdPattern } from '../send/delivery.ts'
import type { ShownDelivery } from '../send/shown-delivery.ts'
import { shown } from '../send/shown-delivery.ts'
import { ConsoleError } from './errors.ts'
import type { ConsoleDeps } from './ports.ts'

/** `called` is a call to WeChat, with its answer; the tables keep the last one that was answered, and no time of the push. */
type Step =
  | { readonly step: 'tries'; readonly count: number }
  | { readonly step: 'called'; readonly at: string; readonly errcode: number; readonly rid?: string }
  | { readonly step: 'unanswered'; readonly since: string; readonly windows: number; readonly why: string }
  | ({
      readonly step: 'ended' | 'waits' | 'parked' | 'receipt' | 'accepted'
      readonly at: string
      readonly state: string
    } & Facts)
type Facts = Pick<Delivery, 'reason' | 'msgid' | 'nextTryAt'>

export type Timeline = {
  readonly id: string
  /** Undefined while nothing but an unanswered call is known. */
  readonly delivery?: ShownDelivery
  readonly steps: readonly Step[]
  /** The row cannot be read: nothing is sent on its ground. */
  readonly isUnreadable?: true
}

/** Finds an event by its id; throws ConsoleError `event-unknown` if nothing is written of it. */
export async function getTimeline(id: string, { deliveries, apps }: Pick<ConsoleDeps, 'deliveries' | 'apps'>) {
  if (!eventIdPattern.test(id)) throw new ConsoleError('event-id-invalid', 400, 'That is no event id.')
  const mark = (await deliveries.read([id])).get(id)
  if (mark === undefined)
    throw new ConsoleError(
      'event-unknown',
      404,
      'Nothing is written of this event: not seen or not worked on yet, or over 15 days old.',
    )
  return timelineOf(id, mark, { found: mark.isUnreadable ? undefined : await deliveries.find(id), apps })
}

/** Tells a timeline; `found` is the delivery with what its receipt says. */
function timelineOf(
  id: string,
  mark: DoneMark,
  { found, apps }: { readonly found: Delivery | undefined; readonly apps: Apps },
): Timeline {
  if (mark.isUnreadable) return { id, steps: [], isUnreadable: true }
  const { delivery, uncertainty } = mark
  const steps = [
    ...(delivery === undefined ? [] : stepsOf(delivery)),
    ...doubtOf(uncertainty),
    ...receiptOf(delivery, found),
  ]
  const last = found ?? delivery
  return { id, ...(last === undefined ? {} : { delivery: shown(last, apps) }), steps }
}

type StateStep = Extract<Step, { readonly state: string }>['step']
const names: ReadonlyMap<string, StateStep> = new Map([
  ['accepted', 'accepted'],
  ['waiting', 'waits'],
  ['parked', 'parked'],
])

function stepsOf({ state, at, attempts, errcode, rid, ...facts }: Delivery): Step[] {
  const answered = state === 'accepted' ? 0 : errcode
  const called = answered === undefined ? [] : [{ step: 'called', at, errcode: answered, ...(rid && { rid }) } as const]
  return [
    { step: 'tries', count: attempts },
    ...called,
    { step: names.get(state) ?? 'ended', at, state, ...factsOf(facts) },
  ]
}

function doubtOf(uncertainty: DoneMark['uncertainty']): Step[] {
  if (uncertainty === undefined) return []
  const { since, windows, why } = uncertainty
  return [{ step: 'unanswered', since: new Date(since).toISOString(), windows, why }]
}

function receiptOf(delivery: Delivery | undefined, found: Delivery | undefined): Step[] {
  if (found === undefined || found.state === delivery?.state) return []
  const { at, state, reason } = found
  return [{ step: 'receipt', at, state, ...(reason && { reason }) }]
}

function factsOf({ reason, msgid, nextTryAt }: Facts): Facts {
  return { ...(reason && { reason }), ...(msgid && { msgid }), ...(nextTryAt && { nextTryAt }) }
}
