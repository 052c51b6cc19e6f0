/** The received calls: counts per app and path, and the latest ones without secrets. */
import type { Clock } from './clock.ts'
import type { AppName } from './defaults.ts'

const recentLimit = 500

/** One call; `errcode` 0 is success, null an answer removed by the fault script. */
export type CallRecord = { at: number; app: AppName | 'unknown'; method: string; path: string; errcode: number | null }

/** The log of calls. */
export type Calls = ReturnType<typeof createCalls>

/** Creates the empty log. */
export function createCalls(clock: Clock) {
  let recent: CallRecord[] = []
  const counts = {
    official: new Map<string, number>(),
    mini: new Map<string, number>(),
    unknown: new Map<string, number>(),
  }

  return {
    record: (call: Omit<CallRecord, 'at'>) => {
      const count = counts[call.app]
      count.set(call.path, (count.get(call.path) ?? 0) + 1)
      recent.push({ at: clock.now(), ...call })
      if (recent.length > recentLimit * 2) recent = recent.slice(-recentLimit)
    },
    counts: () => ({
      official: Object.fromEntries(counts.official),
      mini: Object.fromEntries(counts.mini),
      unknown: Object.fromEntries(counts.unknown),
    }),
    recent: () => recent.slice(-recentLimit),
  }
}
