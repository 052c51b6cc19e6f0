/**
 * The rate limiter after a 45011 (per-minute quota): a schedule of send slots shared by all processes. Each batch claims
 * one slot per message; events whose slot is later are requeued until then.
 */

/** All instants in milliseconds. */
export type Pace = {
  /** Counts the changes that were stored, so that none of two at once is lost; the rules leave it to the store's user. */
  readonly revision: number
  readonly perMinute: number
  /** The next free slot. */
  readonly nextAt: number
  /** WeChat said that the minute is full: nothing leaves before this, and slots before it are void. */
  readonly heldUntil: number
  /** When it ends, unless it is needed longer. */
  readonly until: number
  /** Slots before this were given out at another rate: what happens until then says nothing of the present one. */
  readonly settlesAt: number
  /** Whether the rate was found, or is a guess that may be far too low. */
  readonly isFound: boolean
  /** What went through in the minute (since 1970) in which it began. */
  readonly counted?: { readonly minute: number; readonly messages: number }
  /** Calls a minute as WeChat told them, and when it was asked last. */
  readonly told?: number
  readonly askedAt?: number
}

const minuteMs = 60_000
/** The minute is WeChat's, and its clock is not ours. */
const clockSpareMs = 2_000
/** Messages arrive a little late, and then two minutes' slots may meet in one. */
const share = 0.95
/** Where nothing at all is known. */
const firstGuess = 60
/** A guess from less than this may be of one process among many. */
const fewMessages = 60
const growth = { found: 1.05, guessed: 2 }
const cut = { found: 0.9, guessed: 0.5 }
/** So long it goes on after it was last needed. */
const lingerMs = 300_000
/** A rate that was found lately is better than a guess. */
const rememberedMs = 86_400_000
/** SQS holds a message back for no longer. While the rate is a guess, few are bound to it. */
const horizonMs = { found: 900_000, guessed: 120_000 }
/** What comes so much early goes at once. */
export const earlyMs = 1_000
/** What comes later than this may meet the slots of another minute. */
const lateMs = 60_000

/** Tells whether messages need a slot. */
export function isPaced(pace: Pace | undefined, now: number): pace is Pace {
  return pace !== undefined && now < pace.until
}

/** Begins or slows the pace, as WeChat refused a message after `accepted` others of this minute; the same if nothing is new. */
export function slowDown(pace: Pace | undefined, { now, accepted }: { now: number; accepted: number }): Pace {
  const minute = Math.floor(now / minuteMs)
  const heldUntil = (minute + 1) * minuteMs + clockSpareMs
  if (!isPaced(pace, now)) return begin(pace, { now, minute, heldUntil, accepted })
  if (pace.counted?.minute === minute) return recount(pace, accepted)
  // Another message of the same minute.
  if (now < pace.heldUntil) return pace
  const held = { ...pace, heldUntil, nextAt: Math.max(pace.nextAt, heldUntil) }
  const longer = { ...held, until: Math.max(pace.until, heldUntil + lingerMs) }
  if (now < pace.settlesAt) return longer
  const perMinute = Math.max(1, pace.perMinute * (pace.isFound ? cut.found : cut.guessed))
  return { ...longer, perMinute, isFound: true, settlesAt: Math.max(longer.nextAt, heldUntil + minuteMs) }
}

/** Gives out slots, the earliest first; fewer than `count` if the others would lie too far ahead. */
export function claimSlots(pace: Pace, { now, count }: { now: number; count: number }) {
  const raised = raise(pace, now)
  const spacing = minuteMs / raised.perMinute
  const start = Math.max(raised.nextAt, raised.heldUntil, now)
  const fitting = Math.floor((now + horizonOf(raised) - start) / spacing) + 1
  const slots = Array.from({ length: Math.max(0, Math.min(count, fitting)) }, (_, index) => start + index * spacing)
  const last = slots.at(-1) ?? start
  const isNeeded = slots.length < count || last > now + earlyMs
  const until = isNeeded ? Math.max(raised.until, last + lingerMs) : raised.until
  const claimed: Pace = { ...raised, nextAt: start + slots.length * spacing, until }
  return { pace: claimed, slots }
}

/** Works in how many calls a minute WeChat says it takes; undefined if it does not say. */
export function learn(pace: Pace, told: number | undefined, now: number): Pace {
  const asked = { ...pace, askedAt: now }
  if (told === undefined || told === pace.told) return asked
  const settlesAt = Math.max(pace.nextAt, now + minuteMs)
  return { ...asked, told, perMinute: Math.max(1, told * share), isFound: true, settlesAt }
}

/** Tells whether a message that comes with a slot keeps it, be it due or not; else it needs another. */
export function isSlotKept(slotAt: number | undefined, pace: Pace, now: number): slotAt is number {
  if (slotAt === undefined || slotAt < pace.heldUntil) return false
  return slotAt >= now - lateMs && slotAt <= now + horizonMs.found
}

/** When a message comes back for which there is no slot yet: spread, for they were deferred together. */
export function returnAt(pace: Pace | undefined, now: number, random: () => number): number {
  const horizon = pace === undefined ? minuteMs : horizonOf(pace)
  return now + horizon * (0.5 + 0.5 * random())
}

type Beginning = {
  readonly now: number
  readonly minute: number
  readonly heldUntil: number
  readonly accepted: number
}

function begin(before: Pace | undefined, { now, minute, heldUntil, accepted }: Beginning): Pace {
  const schedule = { revision: before?.revision ?? 0, nextAt: heldUntil, heldUntil, until: heldUntil + lingerMs }
  const settlesAt = heldUntil + minuteMs
  if (before !== undefined && now - before.until < rememberedMs) {
    return { ...schedule, settlesAt, perMinute: before.perMinute, isFound: before.isFound }
  }
  return { ...schedule, settlesAt, ...guess(accepted), counted: { minute, messages: accepted } }
}

/** The minute's quota is the account's: what went through is the sum of what each process saw. */
function recount(pace: Pace, accepted: number): Pace {
  if (accepted === 0 || pace.counted === undefined) return pace
  const { minute, messages } = pace.counted
  const sum = messages + accepted
  return { ...pace, ...guess(sum), counted: { minute, messages: sum } }
}

function guess(messages: number): Pick<Pace, 'perMinute' | 'isFound'> {
  const perMinute = messages === 0 ? firstGuess : Math.max(1, messages * share)
  return { perMinute, isFound: messages >= fewMessages }
}

/** Slowly ever more, for nobody says when WeChat takes more again. */
function raise(pace: Pace, now: number): Pace {
  if (now < pace.settlesAt) return pace
  const most = pace.told === undefined ? Number.POSITIVE_INFINITY : Math.max(1, pace.told * share)
  const perMinute = Math.min(most, pace.perMinute * (pace.isFound ? growth.found : growth.guessed))
  return { ...pace, perMinute, settlesAt: Math.max(pace.nextAt, now + minuteMs) }
}

function horizonOf({ isFound }: Pace): number {
  return isFound ? horizonMs.found : horizonMs.guessed
}
