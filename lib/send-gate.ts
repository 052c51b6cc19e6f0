/** Keeps messages from leaving while the day's quota, or all of it but the reserve for urgent ones, is used up. */

import type { GateStore, Log, Metrics, Now } from './ports.ts'
import { secondsToReset } from './quota-reset.ts'
import type { SendOutcome } from './send-message.ts'
import type { TemplateMessage } from './template-message.ts'

export type GateDeps = {
  readonly gate: GateStore
  readonly now: Now
  readonly log: Log
  readonly metrics: Metrics
}

/** The gate as one batch sees it. */
export type SendGate = {
  /** Why a message must wait; undefined if it may go. */
  bar(message: Pick<TemplateMessage, 'urgent'>): SendOutcome | undefined
  /** Closes it for everybody until the quota behind this errcode is filled again. */
  close(errcode: number): Promise<void>
}

const dayQuota = 45009

/** Reads the gate once; after a close, nothing of this batch leaves any more either. */
export async function openGate({ gate, now, log, metrics }: GateDeps): Promise<SendGate> {
  const { closedUntil = 0, reservedUntil = 0, errcode = dayQuota } = await gate.read()
  let closed = { until: closedUntil, errcode }

  return {
    bar({ urgent }) {
      if (now() < closed.until) return waiting(closed.errcode, 'the quota is used up')
      return !urgent && now() < reservedUntil
        ? waiting(dayQuota, 'the rest of the quota is kept for urgent ones')
        : undefined
    },
    async close(code) {
      const until = now() + secondsToReset(code, now()) * 1000
      if (until <= closed.until) return
      closed = { until, errcode: code }
      log.warn('send.parked', { errcode: code, until: new Date(until).toISOString() })
      metrics.count('QuotaUsedUp')
      // If nobody hears of it, the next batch learns it by a call of its own.
      await gate.close(until, code).catch(error => log.error('send.gate-not-closed', { error }))
    },
  }
}

function waiting(errcode: number, reason: string): SendOutcome {
  return { kind: 'parked', facts: { errcode, reason } }
}
