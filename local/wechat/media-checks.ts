/** Content checks: the script of verdicts, and the log of requested checks. */
import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'

/** The results of a check; `unreadable` is -1008, and for `missing` no verdict is ever pushed. */
export const checkOutcomes = ['pass', 'review', 'risky', 'unreadable', 'missing'] as const

/** One of them. */
export type CheckOutcome = (typeof checkOutcomes)[number]

/** One entry of the script: the result of that many checks, and the delay of their verdicts. */
export type PlannedOutcome = { outcome: CheckOutcome; times: number; afterMs?: number }

/** The result of the download. */
export type Download = { bytes: number; type: string } | { problem: string }

/** One check; the URL without its query, which may be signed; `at` in ms of the box's clock. */
export type MediaCheck = {
  traceId: string
  person: number
  openid: string
  scene: number
  address: string
  at: number
  outcome: CheckOutcome
  download?: Download
}

/** The checks of the mini program. */
export type MediaChecks = ReturnType<typeof createMediaChecks>

/** How long the same URL is refused as a repeat; WeChat does not publish the real time. */
const repeatMs = 3_600_000
const keptChecks = 20_000

/** Creates the empty record of checks. */
export function createMediaChecks(clock: Clock) {
  const seen = new Map<string, number>()
  let script: PlannedOutcome[] = []
  let checks: MediaCheck[] = []

  return {
    /** Whether this exact URL was used recently; remembers it from now on. */
    isRepeat: (url: string): boolean => {
      for (const [old, at] of seen) {
        if (clock.now() - at < repeatMs) break
        seen.delete(old)
      }
      if (seen.has(url)) return true
      seen.set(url, clock.now())
      return false
    },
    plan: (entries: readonly PlannedOutcome[]) => {
      script.push(...entries)
    },
    forgetPlan: () => {
      script = []
    },
    planned: (): readonly PlannedOutcome[] => script,
    /** Takes the script's next result; by default the check passes. */
    next: (): PlannedOutcome => {
      const [entry] = script
      if (entry === undefined) return { outcome: 'pass', times: 1 }
      entry.times -= 1
      script = script.filter(it => it.times > 0)
      return entry
    },
    add: (check: Omit<MediaCheck, 'traceId' | 'at'>): MediaCheck => {
      const made = { traceId: createTraceId(clock.seconds()), at: clock.now(), ...check }
      checks.push(made)
      if (checks.length > keptChecks * 1.1) checks = checks.slice(-keptChecks)
      return made
    },
    all: (): readonly MediaCheck[] => checks,
  }
}

/** Three groups of eight hexadecimal digits, the second of the request first, as on the platform. */
function createTraceId(seconds: number): string {
  const chance = randomBytes(8).toString('hex')
  return `${seconds.toString(16).padStart(8, '0')}-${chance.slice(0, 8)}-${chance.slice(8)}`
}
