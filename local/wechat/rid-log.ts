/** Failed calls by their rid, for `openapi/rid/get`; calls of /sns are not included, as in WeChat. */
import type { Clock } from './clock.ts'

const lifeMs = 7 * 86_400_000
const keptRids = 2000

/** What `rid/get` returns about a call, including the access_token. */
export type RidRecord = { app: string; at: number; query: string; body: string; response: string; address: string }

/** The log of rids. */
export type RidLog = ReturnType<typeof createRidLog>

/** Creates the empty log. */
export function createRidLog(clock: Clock) {
  const records = new Map<string, RidRecord>()
  return {
    keep: (rid: string, record: RidRecord) => {
      records.set(rid, record)
      for (const old of records.keys()) {
        if (records.size <= keptRids) return
        records.delete(old)
      }
    },
    find: (rid: string): RidRecord | undefined => {
      const record = records.get(rid)
      return record !== undefined && clock.now() - record.at < lifeMs ? record : undefined
    },
  }
}
