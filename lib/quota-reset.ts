/**
 * When a quota of WeChat is reset: at the start of the calendar day, taken to be China's, or of the wall-clock minute
 * (docs/wechat.md 8.1).
 */

import { type QuotaReset, quotaReset } from './errcode.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
const chinaMs = 8 * 3_600_000

/** How long after midnight by our clock it may still be the day before by WeChat's clock. */
const unsureMs = 600_000
const soonSeconds = 60

/**
 * Seconds from `now` (ms) until the quota behind this errcode is reset, at least 1. Right after midnight an exhausted
 * quota is still yesterday's: it is reset in a moment, not in a day.
 */
export function secondsToReset(errcode: number, now: number): number {
  const reset = quotaReset(errcode)
  if (reset !== 'minute' && (now + chinaMs) % dayMs < unsureMs) return soonSeconds
  return Math.max(1, Math.ceil((nextReset(reset, now) - now) / 1000))
}

/** 45009 came also where the console showed a minute's limit, and its text never tells (docs/wechat.md 8.1). */
const ambiguous = 45009
const soonerSeconds = [60, 600]

/**
 * Seconds from `now` (ms) until what was refused with this errcode for the `tries`-th time may do better: as 45009 may be a
 * minute's limit, it is tried twice before the day is over.
 */
export function secondsToRetry(errcode: number, now: number, tries: number): number {
  const seconds = secondsToReset(errcode, now)
  const sooner = errcode === ambiguous ? soonerSeconds[tries - 1] : undefined
  return Math.min(seconds, sooner ?? seconds)
}

function nextReset(reset: QuotaReset, now: number): number {
  if (reset === 'minute') return (Math.floor(now / minuteMs) + 1) * minuteMs
  const inChina = now + chinaMs
  if (reset === 'day') return (Math.floor(inChina / dayMs) + 1) * dayMs - chinaMs
  const date = new Date(inChina)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) - chinaMs
}
