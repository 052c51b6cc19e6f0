/** What became of one event, step by step: what the tables know, and what was seen while it happened where somebody looked on. */

import type { Apps } from '../apps.ts'
import type { Delivery, DoneMark } from '../send/delivery.ts'
import { eventIdPattern } from '../send/delivery.ts'
import { clientMsgIdOf } from '../send/kinds/template-message.ts'
import type { ShownDelivery } from '../send/shown-delivery.ts'
import { shown } from '../send/shown-delivery.ts'
import { ConsoleError } from './errors.ts'
import { merge } from './merge-steps.ts'
import type { ConsoleDeps } from './ports.ts'
import type { Facts, Step, ToldStep } from './steps.ts'

export type Timeline = {
  readonly id: string
  /** Undefined while nothing but an unanswered call is known. */
  readonly delivery?: ShownDelivery
  readonly steps: readonly Step[]
  /** The row cannot be read: nothing is sent on its ground. */
  readonly isUnreadable?: true
}

type Deps = Pick<ConsoleDeps, 'deliveries' | 'apps' | 'history' | 'phones'>

/** Finds an event by its id; throws ConsoleError `event-unknown` if nothing is known of it. */
export async function getTimeline(id: string, { deliveries, apps, history, phones }: Deps): Promise<Timeline> {
  if (!eventIdPattern.test(id)) throw new ConsoleError('event-id-invalid', 400, 'That is no event id.')
  const mark = (await deliveries.read([id])).get(id)
  const seen = history?.stepsOf(id) ?? []
  const arrivals = phones?.arrivalsOf(clientMsgIdOf(id)) ?? []
  if (mark === undefined && seen.length + arrivals.length === 0)
    throw new ConsoleError(
      'event-unknown',
      404,
      'Nothing is written of this event: not seen or not worked on yet, or over 15 days old.',
    )
  const found = mark === undefined || mark.isUnreadable ? undefined : await deliveries.find(id)
  const told = timelineOf(id, mark ?? {}, { found, apps })
  return { ...told, steps: merge({ told: told.steps, seen, arrivals }) }
}

type Told = Omit<Timeline, 'steps'> & { readonly steps: readonly ToldStep[] }

/** Tells what the tables know; `found` is the delivery with what its receipt says. */
function timelineOf(
  id: string,
  mark: DoneMark,
  { found, apps }: { readonly found: Delivery | undefined; readonly apps: Apps },
): Told {
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

type StateStep = Extract<ToldStep, { readonly state: string }>['step']
const names: ReadonlyMap<string, StateStep> = new Map([
  ['accepted', 'accepted'],
  ['waiting', 'waits'],
  ['parked', 'parked'],
])

function stepsOf({ state, at, attempts, errcode, rid, ...facts }: Delivery): ToldStep[] {
  // What is held may never have been called: the code is then of the call that closed the gate.
  const answered = state === 'accepted' ? 0 : state === 'parked' ? undefined : errcode
  const called = answered === undefined ? [] : [{ step: 'called', at, errcode: answered, ...(rid && { rid }) } as const]
  return [
    { step: 'tries', count: attempts },
    ...called,
    { step: names.get(state) ?? 'ended', at, state, ...factsOf(facts) },
  ]
}

function doubtOf(uncertainty: DoneMark['uncertainty']): ToldStep[] {
  if (uncertainty === undefined) return []
  const { since, windows, why } = uncertainty
  return [{ step: 'unanswered', since: new Date(since).toISOString(), windows, why }]
}

function receiptOf(delivery: Delivery | undefined, found: Delivery | undefined): ToldStep[] {
  if (found === undefined || found.state === delivery?.state) return []
  const { at, state, reason } = found
  return [{ step: 'receipt', at, state, ...(reason && { reason }) }]
}

function factsOf({ reason, msgid, nextTryAt }: Facts): Facts {
  return { ...(reason && { reason }), ...(msgid && { msgid }), ...(nextTryAt && { nextTryAt }) }
}
