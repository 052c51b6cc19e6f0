/** The received calls: counts per app and path, and the latest ones without secrets. */
import type { Clock } from './clock.ts'

const recentLimit = 500

/** One call; `app` is a name, or `unknown`; `errcode` 0 is success, null an answer removed by the fault script. */
export type CallRecord = { at: number; app: string; method: string; path: string; errcode: number | null }

/** The log of calls. */
export type Calls = ReturnType<typeof createCalls>

/** Creates the empty log. */
export function createCalls(clock: Clock) {
  let recent: CallRecord[] = []
  const counts = new Map<string, Map<string, number>>()

  return {
    record: (call: Omit<CallRecord, 'at'>) => {
      const count = counts.get(call.app) ?? new Map<string, number>()
      counts.set(call.app, count.set(call.path, (count.get(call.path) ?? 0) + 1))
      recent.push({ at: clock.now(), ...call })
      if (recent.length > recentLimit * 2) recent = recent.slice(-recentLimit)
    },
    /** The counts of these apps by path, and of calls of unknown apps. */
    counts: (apps: readonly string[]) =>
      Object.fromEntries([...apps, 'unknown'].map(app => [app, Object.fromEntries(counts.get(app) ?? [])])),
    recent: () => recent.slice(-recentLimit),
  }
}
