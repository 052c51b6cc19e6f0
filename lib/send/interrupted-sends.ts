/** What other invocations may have sent: invocations that died, and those in progress. */

import type { OfficialAppId } from '../identifiers.ts'
import { inParallel } from '../pool.ts'
import type { DoneMark } from './delivery.ts'
import { isSent } from './delivery.ts'
import type { StageDeps } from './deps.ts'
import type { Attempt } from './ports.ts'
import { attemptName, type Sending, sendingsOf } from './short-names.ts'
import { isSame, type PossibleSend, type Uncertainty, uncertaintyOf } from './uncertainty.ts'

/**
 * What is known of an event: what its delivery says by now, and whether another invocation may be sending it, which will
 * say itself what comes of that; `isDecided` if it came to an end just now.
 */
export type Knowledge = {
  readonly uncertainty?: Uncertainty
  readonly isInFlight: boolean
  /** The account that may have sent it, or is at it. */
  readonly by?: OfficialAppId
  readonly isDecided: boolean
}

/** Twice as long as the function may run: whatever began before this has ended. */
export const endedMs = 60_000
const writesAtOnce = 20
/** So many are named in the log. */
const mostIds = 100
const whyEnded = 'the function ended while it was being sent'

/**
 * Says of each event what may have been sent, by its id; `windows` has the ms of each one's kind. What an attempt that has
 * ended says of it is written into the event's own row first, and then taken out of the attempt: so attempts stay few, and
 * no copy of the event can miss it.
 */
export async function learnOfAttempts(
  windows: ReadonlyMap<string, number>,
  marks: ReadonlyMap<string, DoneMark>,
  attempts: readonly Attempt[],
  deps: StageDeps,
): Promise<ReadonlyMap<string, Knowledge>> {
  const ids = [...windows.keys()]
  const hasEnded = (attempt: Attempt) => attempt.at < deps.now() - endedMs
  const ended = instantsIn(attempts.filter(hasEnded))
  const inFlight = new Set(attempts.filter(it => !hasEnded(it)).flatMap(it => it.names))
  const known = new Map<string, Knowledge>()
  await inParallel([...windows], writesAtOnce, async ([id, window]) => {
    const sendings = sendingsOf(id, deps.accounts)
    const adopted = await adopt(
      { id, window, possible: sendings.flatMap(it => possibleOf(it, ended)) },
      marks.get(id),
      deps,
    )
    const current = sendings.find(it => inFlight.has(attemptName(it)))
    const by = adopted.uncertainty?.official ?? current?.official
    known.set(id, { ...adopted, isInFlight: current !== undefined, ...(by === undefined ? {} : { by }) })
  })
  await tidy(attempts.filter(hasEnded), ids, deps)
  tell(ids, marks, known, deps)
  return known
}

/** By name of an event: when (ms) it may have been sent. */
function instantsIn(attempts: readonly Attempt[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  for (const { at, names } of attempts) for (const name of names) found.set(name, [...(found.get(name) ?? []), at])
  return found
}

function possibleOf(sending: Sending, ended: ReadonlyMap<string, readonly number[]>): PossibleSend[] {
  const { official } = sending
  return (ended.get(attemptName(sending)) ?? []).map(at => ({ at, why: whyEnded, official }))
}

async function adopt(
  { id, window, possible }: { id: string; window: number; possible: readonly PossibleSend[] },
  mark: DoneMark | undefined,
  { deliveries }: StageDeps,
): Promise<Omit<Knowledge, 'isInFlight' | 'by'>> {
  const recorded = mark?.uncertainty
  const before = { ...(recorded === undefined ? {} : { uncertainty: recorded }), isDecided: false }
  if (possible.length === 0 || mark?.isUnreadable || isSent(mark?.delivery)) return before
  const uncertainty = uncertaintyOf(recorded, possible, window)
  if (uncertainty === undefined || isSame(uncertainty, recorded)) return before
  const isOpen = await deliveries.recordUncertainty(id, uncertainty)
  return isOpen ? { uncertainty, isDecided: false } : { isDecided: true }
}

/** What these events' own rows say now, ended attempts need not. */
async function tidy(ended: readonly Attempt[], ids: readonly string[], deps: StageDeps): Promise<void> {
  const { accounts, attempts, log } = deps
  // Most batches find none: then there is nothing to name.
  const learnt = new Set(ended.length === 0 ? [] : ids.flatMap(id => sendingsOf(id, accounts).map(attemptName)))
  await inParallel(ended, writesAtOnce, async attempt => {
    const names = attempt.names.filter(it => !learnt.has(it))
    if (names.length === attempt.names.length) return
    try {
      await attempts.write({ ...attempt, names })
    } catch (error) {
      // It says again what is known already.
      log.warn('send.attempt-not-tidied', { error })
    }
  })
}

function tell(
  ids: readonly string[],
  marks: ReadonlyMap<string, DoneMark>,
  known: ReadonlyMap<string, Knowledge>,
  { log, metrics }: StageDeps,
): void {
  const isNews = (id: string) =>
    known.get(id)?.isDecided !== true && !isSame(known.get(id)?.uncertainty, marks.get(id)?.uncertainty)
  const events = ids.filter(isNews)
  if (events.length === 0) return
  log.warn('send.interrupted', { events: events.length, ids: events.slice(0, mostIds) })
  metrics.count('SendInterrupted', {}, events.length)
}
