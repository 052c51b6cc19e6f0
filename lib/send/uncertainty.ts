/**
 * Whether a message may have been sent although no answer confirms it.
 *
 * WeChat drops a second message with the same client_msg_id for ten minutes: within that window a retry is harmless and
 * resolves the doubt; later it may send a second message (docs/wechat.md 6.2).
 */

import type { OfficialAppId } from '../identifiers.ts'

/**
 * A call that may have put the message on the phone: `at` is the earliest (ms) that it can have begun, `why` what is known. Only
 * the account `official` that made it can make it again without a second message.
 */
export type PossibleSend = { readonly at: number; readonly why: string; readonly official: OfficialAppId }

/** `since` is when (ms) the last window began; `windows` counts them, for each may have put one message on the phone. */
export type Uncertainty = Omit<PossibleSend, 'at'> & { readonly since: number; readonly windows: number }

/** `never-twice` leaves to people what may have been sent; `at-least-once` rather sends it again. */
export type UncertaintyPolicy = 'never-twice' | 'at-least-once'

/** Half a minute of WeChat's ten minutes is left for the call itself. */
export const windowMs = 570_000
/** At least once, but not for ever: then people decide here too. */
const maxWindows = 3

/** Joins what is stored of an event with the calls that may have sent it; the first word on a window stands. */
export function uncertaintyOf(
  stored: Uncertainty | undefined,
  possible: readonly PossibleSend[],
  window = windowMs,
): Uncertainty | undefined {
  const before = stored === undefined ? [] : [{ ...stored, at: stored.since }]
  const [first, ...later] = [...before, ...possible].toSorted((one, other) => one.at - other.at)
  if (first === undefined) return undefined
  const why = stored === undefined || isOver({ since: first.at }, stored.since, window) ? first.why : stored.why
  let known: Uncertainty = { since: first.at, windows: stored?.windows ?? 1, why, official: first.official }
  for (const { at, why, official } of later)
    if (isOver(known, at, window)) known = { since: at, windows: known.windows + 1, why, official }
  return known
}

/** Tells whether only people can decide what happens next: another call may be a message too many. */
export function isForPeople(
  known: Uncertainty | undefined,
  policy: UncertaintyPolicy,
  now: number,
  window = windowMs,
): boolean {
  if (known === undefined) return false
  if (policy === 'never-twice') return known.windows > 1 || isOver(known, now, window)
  return known.windows >= maxWindows && isOver(known, now, window)
}

/** Tells whether two say the same of what is harmless still. */
export function isSame(one: Uncertainty | undefined, other: Uncertainty | undefined): boolean {
  return one?.since === other?.since && one?.windows === other?.windows
}

/** Seconds of the window that are left for another try; negative once it is over. */
export function secondsLeft({ since }: Uncertainty, now: number, window = windowMs): number {
  return Math.floor((window - (now - since)) / 1000)
}

function isOver({ since }: Pick<Uncertainty, 'since'>, now: number, window: number): boolean {
  return now - since > window
}
