/**
 * When to read the quota before its reset, and when to trust it: WeChat's daily count is off by about one per cent, so
 * it may show a remainder although calls are refused (docs/wechat.md 8.2).
 */

/** What is known by the looks at one closing of the gate; all instants in milliseconds. */
export type QuotaLook = {
  /** The closing that was looked at. */
  readonly closedAt?: number
  /** No look before. */
  readonly nextAt: number
  /** How long the next look waits. */
  readonly waitMs: number
  /** What WeChat told as left when it refused nevertheless. */
  readonly falseRemain?: number
  /** So often in a row the gate was opened and WeChat refused at once. */
  readonly falseTimes: number
  /** When the gate was opened before its time, and what WeChat told as left then. */
  readonly openedAt?: number
  readonly openedRemain?: number
}

/** What WeChat tells of a day's calls. */
type Told = { readonly limit: number; readonly remain: number }

const minuteMs = 60_000
/** A schedule comes a few seconds early or late. */
const jitterMs = 5_000
/** A schedule of every minute then looks after one minute, and every second one from then on: at most 720 times a day. */
const firstWaitMs = minuteMs - jitterMs
const usualWaitMs = 2 * minuteMs - jitterMs
/** Where WeChat refuses to tell (44993: asked too often today). */
const longestWaitMs = 60 * minuteMs
const noise = 0.02
/** What is refused so soon after an opening was refused from the first message on. */
const trialMs = 2 * minuteMs
const firstPatienceMs = 10 * minuteMs
const longestPatienceMs = 120 * minuteMs
/** After this a rest within WeChat's error is tried as well: the refusal may have been a stray one. */
const smallRestMs = 30 * minuteMs

/** What is known of this closing of the gate; `look` may be of one before. */
export function lookAt(closedAt: number, look: QuotaLook | undefined): QuotaLook {
  if (look !== undefined && look.closedAt === closedAt) return look
  const fresh = { closedAt, nextAt: closedAt + firstWaitMs, waitMs: usualWaitMs, falseTimes: 0 }
  if (look?.openedAt === undefined || closedAt - look.openedAt > trialMs) return fresh
  return { ...fresh, falseTimes: look.falseTimes + 1, falseRemain: look.openedRemain ?? 0 }
}

/** Takes in what WeChat told; undefined if it refused to tell. */
export function takeIn(look: QuotaLook, quota: Told | undefined, now: number) {
  if (quota === undefined) {
    const waitMs = Math.min(2 * look.waitMs, longestWaitMs)
    return { isBack: false, look: { ...look, waitMs, nextAt: now + waitMs } }
  }
  if (isCredible(look, quota, now)) {
    const { closedAt: _, ...known } = look
    return { isBack: true, look: { ...known, openedAt: now, openedRemain: quota.remain } }
  }
  const falseRemain = Math.min(look.falseRemain ?? quota.remain, quota.remain)
  return { isBack: false, look: { ...look, falseRemain, waitMs: usualWaitMs, nextAt: now + usualWaitMs } }
}

/** Tells whether the gate was opened so shortly ago that it is not known yet whether that was right. */
export function isOnTrial(look: QuotaLook | undefined, now: number): boolean {
  return look?.openedAt !== undefined && look.closedAt === undefined && now - look.openedAt < firstWaitMs
}

/**
 * A rest within WeChat's error must have grown since it was false, or is tried after a long wait; what was false more than
 * once is tried ever later.
 */
function isCredible({ falseRemain, falseTimes, closedAt = 0 }: QuotaLook, { limit, remain }: Told, now: number) {
  if (remain === 0) return false
  if (remain > (falseRemain ?? 0) + limit * noise) return true
  const hasGrown = falseRemain !== undefined && remain > falseRemain
  const leastMs = hasGrown || remain > limit * noise ? 0 : smallRestMs
  return now - closedAt >= Math.max(leastMs, patienceOf(falseTimes))
}

function patienceOf(falseTimes: number): number {
  if (falseTimes === 0) return 0
  return Math.min(firstPatienceMs * 2 ** (falseTimes - 1), longestPatienceMs)
}
