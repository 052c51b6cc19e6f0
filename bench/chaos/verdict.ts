/** The judgement of one event: is it where it should be, once, and is all that is said of it true? */

import type { Delivery } from '../../lib/send/delivery.ts'
import type { Telling } from './bus.ts'
import type { PlannedEvent } from './events.ts'
import type { Wave } from './waves.ts'
import type { Evidence } from './witness.ts'

/** An event that was pushed, and what its wave made of it; `mayBeDropped`: for some time it could not be sent. */
export type PlayedEvent = PlannedEvent & { readonly wave: Wave; readonly mayBeDropped: boolean }

/** All that is known of one event. */
export type Case = {
  readonly event: PlayedEvent
  /** When its messages came to a phone, ms. */
  readonly arrivals: readonly number[]
  readonly tellings: readonly Telling[]
  readonly mark: Delivery | undefined
  readonly evidence: Evidence
}

/** What is wrong with it, each in words; at most one of a kind, but for states. */
type Problems = Readonly<Record<'lost' | 'doubled' | 'falseStates' | 'inventedDoubt' | 'untold', readonly string[]>>

const notSent: ReadonlySet<string> = new Set(['dropped', 'rejected', 'failed'])
const taken: ReadonlySet<string> = new Set(['accepted', 'delivered'])

/** Judges one event. */
export function problemsOf(it: Case): Problems {
  const said = (...words: readonly (string | undefined)[]) =>
    words.flatMap(why => (why === undefined ? [] : `${nameOf(it)}: ${why}`))
  const { isPoison } = it.event
  return {
    lost: isPoison ? [] : said(lostWhy(it)),
    doubled: it.arrivals.length > 1 ? said(`${it.arrivals.length} messages`) : [],
    falseStates: said(...(isPoison ? poisonState(it) : markProblems(it)), ...tellingProblems(it)),
    inventedDoubt: said(inventedDoubt(it)),
    untold: isPoison ? [] : said(untold(it)),
  }
}

function nameOf({ event, evidence }: Case): string {
  const { left, refused, isOfTheDead } = evidence
  return `${event.id} (${event.wave.name}; ${left} calls, ${refused} refused${isOfTheDead ? ', died amid them' : ''})`
}

/** Not on a phone, and nothing says why. */
function lostWhy({ event, arrivals, mark }: Case): string | undefined {
  if (arrivals.length > 0 || mark?.state === 'in-doubt') return undefined
  const isDropped = event.mayBeDropped && notSent.has(mark?.state ?? '')
  return isDropped ? undefined : `on no phone, the delivery says ${mark?.state}`
}

function markProblems({ event, arrivals, mark }: Case): string[] {
  const state = mark?.state ?? 'nothing'
  if (state === 'in-doubt') return []
  if (taken.has(state)) return arrivals.length === 0 ? [`${state}, but on no phone`] : []
  if (arrivals.length > 0) return [`${state} (${mark?.reason}), but on a phone`]
  return event.mayBeDropped && notSent.has(state) ? [] : [`${state} (${mark?.reason}), without a cause`]
}

/** What only WeChat refuses may have been sent by a call whose answer nobody heard. */
function poisonState({ arrivals, mark, evidence }: Case): string[] {
  if (arrivals.length > 0) return ['poison on a phone']
  // Of what is not even JSON no id can be read, so there is no delivery.
  if (mark === undefined || mark.state === 'rejected') return []
  return mark.state === 'in-doubt' && hasCause(evidence) ? [] : [`poison is ${mark.state}`]
}

/** What the bus was told must have been true when it was told. */
function tellingProblems({ event, arrivals, tellings }: Case): string[] {
  return tellings.flatMap(it => {
    const why = taken.has(it.state)
      ? takenFalsely(arrivals)
      : notSent.has(it.state) && refusedFalsely(it, event, arrivals)
    return why ? `the bus was told ${it.state} (${it.reason}), but ${why}` : []
  })
}

function takenFalsely(arrivals: readonly number[]): string | undefined {
  return arrivals.length === 0 ? 'on no phone' : undefined
}

function refusedFalsely({ reason, at }: Telling, { expiresAt }: PlayedEvent, arrivals: readonly number[]) {
  if (Math.min(...arrivals) <= at) return 'on a phone'
  return reason === 'expired' && expiresAt !== undefined && at < expiresAt ? 'before its time' : undefined
}

/** Doubt needs a cause; of what WeChat takes, a repeat within ten minutes ends it. */
function inventedDoubt({ event, mark, evidence }: Case): string | undefined {
  if (mark?.state !== 'in-doubt') return undefined
  if (!hasCause(evidence)) return `in doubt (${mark.reason}), but it never left`
  if (event.wave.mayDoubt || event.isPoison) return undefined
  return `in doubt (${mark.reason}), in a wave that ends within ten minutes`
}

/** A call that left and was not refused for sure, or a death after which nobody can tell. */
function hasCause({ left, refused, isOfTheDead }: Evidence): boolean {
  return left > refused || isOfTheDead
}

/** Where a process dies between the mark and the telling, its messages come again, and the bus is told then. */
function untold({ arrivals, mark, tellings }: Case): string | undefined {
  if (arrivals.length === 0 || mark?.state === 'in-doubt') return undefined
  return tellings.some(it => taken.has(it.state)) ? undefined : 'on a phone, but the bus was not told'
}
