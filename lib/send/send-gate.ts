/** The send gate: holds messages back while the day's quota, or all of it but the urgent reserve, is used up. */

import { secondsToReset } from '../quota-reset.ts'
import { type BatchPace, keepPace } from './batch-pace.ts'
import type { SendDeps } from './deps.ts'
import type { Outcome } from './outcome.ts'
import type { Gate } from './ports.ts'
import { isOnTrial } from './quota-look.ts'

type Deps = Pick<SendDeps, 'gate' | 'now' | 'random' | 'minute' | 'log' | 'metrics'>

/** Until when (ms) no message may go out, or none but urgent ones. */
export type GateState = Required<Pick<Gate, 'closedUntil' | 'reservedUntil' | 'errcode'>>

/** The gate as one batch sees it. */
export type SendGate = {
  /** How it stands now. */
  state(): GateState
  /** Why a message must wait; undefined if it may go. One that may have been sent before must not leave WeChat's window. */
  holdReason(message: { readonly urgent: boolean }, isUncertain?: boolean): Outcome | undefined
  /** Closes it for everybody until the quota behind this errcode is filled again. */
  close(errcode: number): Promise<void>
  readonly pace: BatchPace
}

const dayQuota = 45009
/** A batch tries so many, while it is not known whether there is quota again. */
const trialSize = 5
const trialSeconds = 60

/** Reads the gate once for a batch of so many messages; after a close, nothing of it leaves any more either. */
export async function readGate(deps: Deps, count: number): Promise<SendGate> {
  return createGate(await deps.gate.read(), count, deps)
}

/** Creates the gate of a batch as it is stored. */
export function createGate(stored: Gate, count: number, deps: Deps): SendGate {
  const { gate, now, log, metrics } = deps
  const { closedUntil = 0, reservedUntil = 0, errcode = dayQuota } = stored
  const holdDuringTrial = openTrial(stored, now())
  let state: GateState = { closedUntil, reservedUntil, errcode }

  return {
    state: () => state,
    holdReason: ({ urgent }, isUncertain = false) => quotaHold(state, urgent, now()) ?? holdDuringTrial(isUncertain),
    async close(code) {
      const until = now() + secondsToReset(code, now()) * 1000
      if (until <= state.closedUntil) return
      state = { ...state, closedUntil: until, errcode: code }
      log.warn('send.parked', { errcode: code, until: new Date(until).toISOString() })
      metrics.count('QuotaUsedUp')
      // If nobody hears of it, the next batch learns it by a call of its own.
      const closing = { until, errcode: code, at: now() }
      await gate.close(closing).catch(error => log.error('send.gate-not-closed', { error }))
    },
    pace: keepPace(stored.pace, count, deps),
  }
}

/** Why a message waits for quota at an instant (ms); undefined if it need not. */
export function quotaHold(gate: GateState, urgent: boolean, now: number): Outcome | undefined {
  if (now < gate.closedUntil) return parked(gate.errcode, 'the quota is used up')
  if (!urgent && now < gate.reservedUntil) return parked(dayQuota, 'the rest of the quota is kept for urgent ones')
  return undefined
}

/** In the minute after the gate was opened before its time a few of each batch go first. */
function openTrial({ look }: Gate, now: number): (isUncertain: boolean) => Outcome | undefined {
  let left = isOnTrial(look, now) ? trialSize : Number.POSITIVE_INFINITY
  return isUncertain => {
    left -= 1
    return left < 0 && !isUncertain
      ? { kind: 'deferred', leastSeconds: trialSeconds, cause: 'quota', why: 'quota is tried out' }
      : undefined
  }
}

function parked(errcode: number, reason: string): Outcome {
  return { kind: 'parked', facts: { errcode, reason } }
}
