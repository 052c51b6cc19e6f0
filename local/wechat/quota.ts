/** Daily and per-minute counters per app and path, as WeChat keeps them. */
import type { Clock } from './clock.ts'

type Counter = { day: number; minute: number; usedToday: number; usedThisMinute: number }

/** Limits of one path; a missing one does not limit. */
export type Limit = { day?: number; minute?: number }

/** The use of a path today; `daily` is what the console shows. */
export type Usage = { daily: number; used: number; minute?: number }

/** Counters of the whole box. */
export type Quota = ReturnType<typeof createQuota>

/** Default limits of a new account (docs/wechat.md 8.1). */
const defaults = new Map<string, Limit>([
  ['/cgi-bin/token', { day: 2000 }],
  ['/cgi-bin/stable_token', { day: 500_000, minute: 10_000 }],
  ['/cgi-bin/user/get', { day: 500 }],
  ['/cgi-bin/user/info', { day: 5_000_000 }],
  ['/cgi-bin/message/template/send', { day: 100_000 }],
  ['/cgi-bin/qrcode/create', { day: 100_000 }],
  ['/wxa/media_check_async', { day: 200_000, minute: 2000 }],
])

/** Shown for paths whose limit is not published; not enforced. */
const unpublished = 1_000_000

/** Creates the counters. */
export function createQuota(clock: Clock) {
  const limits = new Map<string, Limit>()
  const { counters, counterOf, clearDays } = createCounters(clock)
  const mayClear = createClears(clock)
  const limitOf = (app: string, path: string) => limits.get(`${app} ${path}`) ?? defaults.get(path) ?? {}

  function usage(app: string, path: string): Usage {
    const { day, minute } = limitOf(app, path)
    const used = counterOf(app, path).usedToday
    return { daily: day ?? unpublished, used, ...(minute !== undefined && { minute }) }
  }

  return {
    save: () => ({ counters: [...counters].map(([key, it]) => [key, { ...it }] as const), limits: [...limits] }),
    load: (saved: {
      counters: readonly (readonly [string, Counter])[]
      limits: readonly (readonly [string, Limit])[]
    }) => {
      for (const [key, counter] of saved.counters) counters.set(key, { ...counter })
      for (const [key, limit] of saved.limits) limits.set(key, limit)
    },
    usage,
    /** Every path of an app that has a limit. */
    paths: (app: string): string[] => {
      const adjusted = [...limits.keys()].filter(key => key.startsWith(`${app} `))
      return [...new Set([...defaults.keys(), ...adjusted.map(key => key.slice(app.length + 1))])]
    },
    /** Counts one call, or returns the limit that refuses it. */
    spend: (app: string, path: string) => spend(counterOf(app, path), limitOf(app, path)),
    /** Clears an account's day counters; false when the month's ten are used up. */
    clearAll: (app: string) => {
      const may = mayClear(app, 'account')
      if (may) clearDays(app)
      return may
    },
    /** Clears one path's day counter; false when the month's fifty are used up. */
    clear: (app: string, path: string) => {
      const may = mayClear(app, 'path')
      if (may) counterOf(app, path).usedToday = 0
      return may
    },
    /** Sets limits or today's use; omitted values stay. */
    adjust: (app: string, path: string, change: Limit & { used?: number }) => {
      const { used, ...limit } = change
      limits.set(`${app} ${path}`, { ...limitOf(app, path), ...limit })
      if (used !== undefined) counterOf(app, path).usedToday = used
      return usage(app, path)
    },
  }
}

function spend(counter: Counter, limit: Limit): 'ok' | 'day' | 'minute' {
  if (limit.day !== undefined && counter.usedToday >= limit.day) return 'day'
  if (limit.minute !== undefined && counter.usedThisMinute >= limit.minute) return 'minute'
  counter.usedToday += 1
  counter.usedThisMinute += 1
  return 'ok'
}

/** Counters that restart with each calendar day and each wall-clock minute. */
function createCounters(clock: Clock) {
  const counters = new Map<string, Counter>()
  return {
    counters,
    counterOf: (app: string, path: string): Counter => {
      const key = `${app} ${path}`
      const counter = counters.get(key) ?? { day: 0, minute: 0, usedToday: 0, usedThisMinute: 0 }
      if (counter.day !== clock.day()) Object.assign(counter, { day: clock.day(), usedToday: 0 })
      if (counter.minute !== clock.minute()) Object.assign(counter, { minute: clock.minute(), usedThisMinute: 0 })
      counters.set(key, counter)
      return counter
    },
    clearDays: (app: string) => {
      for (const [key, counter] of counters) if (key.startsWith(`${app} `)) counter.usedToday = 0
    },
  }
}

/** The month's allowance of clears, shared by all calls that clear the same counter. */
function createClears(clock: Clock) {
  const allowance = { account: 10, path: 50 }
  const clears = new Map<string, number>()
  return (app: string, what: 'account' | 'path'): boolean => {
    const key = `${app} ${what} ${clock.month()}`
    const done = clears.get(key) ?? 0
    if (done >= allowance[what]) return false
    clears.set(key, done + 1)
    return true
  }
}
