/** The part of a day's quota that is reserved for urgent messages. */

import type { Log, Now, Quota } from '../ports.ts'
import { secondsToReset } from '../quota-reset.ts'
import type { Gate, GateStore, Priority } from './ports.ts'

type Deps = { readonly reserve: number; readonly gate: GateStore; readonly now: Now; readonly log: Log }

const dayQuota = 45009
/** Half of WeChat's own error: a rest that is not above the reserve by this may not be above it at all. */
const noise = 0.01

/**
 * Keeps all but urgent messages back while no more than the reserve is left; tells whether they are. Quota that is above
 * it again ends that before its time.
 */
export async function keepReserve({ reservedUntil = 0 }: Gate, quota: Quota | undefined, deps: Deps): Promise<boolean> {
  const { reserve, gate, log, now } = deps
  if (now() < reservedUntil) {
    if (reserve > 0 && (quota === undefined || quota.remain <= reserve + quota.limit * noise)) return true
    log.warn('resume-events.not-reserved', { remain: quota?.remain })
    await gate.unreserve(reservedUntil)
    return false
  }
  if (reserve === 0 || quota === undefined || quota.remain > reserve) return false
  const until = now() + secondsToReset(dayQuota, now()) * 1000
  log.warn('resume-events.reserved', { remain: quota.remain, until: new Date(until).toISOString() })
  await gate.reserve(until)
  return true
}

/** Which events may go, in this order. */
export function prioritiesOf(isReserved: boolean): readonly Priority[] {
  return isReserved ? ['urgent'] : ['urgent', 'usual']
}
