/**
 * When a quota of WeChat is filled again: with the calendar day, of China as we take it, or the wall-clock minute
 * (docs/wechat.md 8.1).
 */

import { type QuotaReset, quotaReset } from './errcode.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
const chinaMs = 8 * 3_600_000

/** So long after midnight by our clock it may not be midnight yet by WeChat's. */
const unsureMs = 600_000
const soonSeconds = 60

/**
 * Seconds from `now` (ms) until the quota behind this errcode is filled again, at least 1. Right after midnight a used-up
 * quota is yesterday's: it is filled again in a moment, not in a day.
 */
export function secondsToReset(errcode: number, now: number): number {
  const reset = quotaReset(errcode)
  if (reset !== 'minute' && (now + chinaMs) % dayMs < unsureMs) return soonSeconds
  return Math.max(1, Math.ceil((nextReset(reset, now) - now) / 1000))
}

function nextReset(reset: QuotaReset, now: number): number {
  if (reset === 'minute') return (Math.floor(now / minuteMs) + 1) * minuteMs
  const inChina = now + chinaMs
  if (reset === 'day') return (Math.floor(inChina / dayMs) + 1) * dayMs - chinaMs
  const date = new Date(inChina)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) - chinaMs
}
