/**
 * One batch's use of the rate limiter: claims send slots once for all its messages, and slows down when WeChat says so.
 */

import type { SendDeps } from './deps.ts'
import { claimSlots, earlyMs, isPaced, isSlotKept, type Pace, returnAt, slowDown } from './send-pace.ts'

type Deps = Pick<SendDeps, 'gate' | 'now' | 'random' | 'log' | 'minute'>

/** A message must not leave before `until` (ms); with `slotAt` it has a slot then. */
export type SlotWait = { readonly until: number; readonly slotAt?: number }

export type BatchPace = {
  /** Until when a message must wait that comes with a slot or without; undefined if it may leave. */
  wait(event: { readonly slotAt?: number }): Promise<SlotWait | undefined>
  /** WeChat took a message. */
  accepted(): void
  /** WeChat refused a message, for the minute is full. */
  refused(): Promise<void>
}

type Rule = (pace: Pace | undefined) => Pace | undefined
type Claim = { readonly pace: Pace | undefined; readonly slots: readonly number[] }

const minuteMs = 60_000
/** So many processes may change the pace at once; who loses oftener waits without a slot. */
const maxTries = 12

/** Keeps the pace that was read for a batch of so many messages; while there is none it writes nothing. */
export function keepPace(stored: Pace | undefined, count: number, deps: Deps): BatchPace {
  const { now, random, minute } = deps
  const inTurn = createTurns()
  let claimed: Claim = { pace: stored, slots: [] }
  let left = count
  let isShort = false
  let toldIn: number | undefined

  const claim = async (rule: Rule) => {
    const wanted = Math.max(1, left)
    claimed = await claimOf(claimed.pace, { rule, count: wanted, deps })
    isShort = claimed.slots.length < wanted
  }
  const next = async () => {
    await inTurn(async () => {
      if (claimed.slots.length === 0 && !isShort) await claim(it => it)
    })
    const [slot, ...slots] = claimed.slots
    claimed = { ...claimed, slots }
    left -= 1
    return slot
  }

  return {
    async wait({ slotAt }) {
      const { pace } = claimed
      if (!isPaced(pace, now())) return undefined
      const slot = isSlotKept(slotAt, pace, now()) ? slotAt : await next()
      if (slot === undefined) return { until: returnAt(claimed.pace, now(), random) }
      return slot <= now() + earlyMs ? undefined : { until: slot, slotAt: slot }
    },
    accepted() {
      left -= 1
      noteAccepted(minute, minuteOf(now()))
    },
    async refused() {
      await inTurn(async () => {
        if (toldIn === minuteOf(now())) return
        toldIn = minuteOf(now())
        const accepted = minute.minute === toldIn ? minute.accepted : 0
        await claim(it => slowDown(it, { now: now(), accepted }))
      })
    },
  }
}

type Claiming = { readonly rule: Rule; readonly count: number; readonly deps: Deps }

/**
 * Changes the pace and claims slots of it with one write, again with the stored one if others came first. Without the
 * store a batch keeps its own pace, and claims nothing that others might claim too.
 */
async function claimOf(known: Pace | undefined, { rule, count, deps }: Claiming): Promise<Claim> {
  const { gate, now, log } = deps
  try {
    let before = known
    for (let tries = 0; tries < maxTries; tries++) {
      const pace = rule(before)
      if (pace === undefined) return { pace, slots: [] }
      const { slots, pace: next } = claimSlots(pace, { now: now(), count })
      const stored = { ...next, revision: (before?.revision ?? 0) + 1 }
      if (await gate.setPace(stored)) return { pace: stored, slots }
      before = (await gate.read()).pace
    }
  } catch (error) {
    log.error('send.pace-not-kept', { error })
  }
  return { pace: rule(known), slots: [] }
}

/** One after the other, in the order in which they came. */
function createTurns() {
  let last = Promise.resolve()
  return (work: () => Promise<void>) => {
    last = last.then(work)
    return last
  }
}

function noteAccepted(count: SendDeps['minute'], minute: number): void {
  if (count.minute !== minute) Object.assign(count, { minute, accepted: 0 })
  count.accepted += 1
}

function minuteOf(now: number): number {
  return Math.floor(now / minuteMs)
}
