/** Keeps messages from leaving while the day's quota, or all of it but the reserve for urgent ones, is used up. */

import type { Log, Metrics, Now } from '../ports.ts'
import { secondsToReset } from '../quota-reset.ts'
import { type BatchPace, keepPace, type PaceDeps } from './batch-pace.ts'
import type { Gate, GateStore } from './ports.ts'
import { isOnTrial } from './quota-look.ts'
import type { SendOutcome } from './send-message.ts'
import type { TemplateMessage } from './template-message.ts'

export type GateDeps = PaceDeps & {
  readonly gate: GateStore
  readonly now: Now
  readonly log: Log
  readonly metrics: Metrics
}

/** The gate as one batch sees it. */
export type SendGate = {
  /** Why a message must wait; undefined if it may go. One that may have been sent before must not leave WeChat's window. */
  bar(message: Pick<TemplateMessage, 'urgent'>, isUncertain?: boolean): SendOutcome | undefined
  /** Closes it for everybody until the quota behind this errcode is filled again. */
  close(errcode: number): Promise<void>
  readonly pace: BatchPace
}

const dayQuota = 45009
/** A batch tries so many, while it is not known whether there is quota again. */
const trialSize = 5
const trialSeconds = 60

/** Reads the gate once for a batch of so many messages; after a close, nothing of it leaves any more either. */
export async function openGate(deps: GateDeps, count: number): Promise<SendGate> {
  const { gate, now, log, metrics } = deps
  const stored = await gate.read()
  const { closedUntil = 0, reservedUntil = 0, errcode = dayQuota } = stored
  const pace = keepPace(stored.pace, count, deps)
  const barByTrial = openTrial(stored, now())
  let closed = { until: closedUntil, errcode }

  return {
    bar({ urgent }, isUncertain = false) {
      if (now() < closed.until) return waiting(closed.errcode, 'the quota is used up')
      if (!urgent && now() < reservedUntil) return waiting(dayQuota, 'the rest of the quota is kept for urgent ones')
      return barByTrial(isUncertain)
    },
    async close(code) {
      const until = now() + secondsToReset(code, now()) * 1000
      if (until <= closed.until) return
      closed = { until, errcode: code }
      log.warn('send.parked', { errcode: code, until: new Date(until).toISOString() })
      metrics.count('QuotaUsedUp')
      // If nobody hears of it, the next batch learns it by a call of its own.
      const closing = { until, errcode: code, at: now() }
      await gate.close(closing).catch(error => log.error('send.gate-not-closed', { error }))
    },
    pace,
  }
}

/** In the minute after the gate was opened before its time a few of each batch go first. */
function openTrial({ look }: Gate, now: number): (isUncertain: boolean) => SendOutcome | undefined {
  let left = isOnTrial(look, now) ? trialSize : Number.POSITIVE_INFINITY
  return isUncertain => {
    left -= 1
    return left < 0 && !isUncertain
      ? { kind: 'refused', leastSeconds: trialSeconds, cause: 'quota', why: 'quota is tried out' }
      : undefined
  }
}

function waiting(errcode: number, reason: string): SendOutcome {
  return { kind: 'parked', facts: { errcode, reason } }
}
