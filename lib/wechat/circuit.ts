/** One circuit of a breaker: closed, or open for a growing pause, after which one call at a time probes. */

import type { AppLog, AppMetrics, Now } from '../ports.ts'

export type CircuitDeps = { readonly now: Now; readonly log: AppLog; readonly metrics: AppMetrics }

/** The verdict of a finished call: `opens` opens the circuit at once, `failure` after several in a row. */
export type Verdict = 'well' | 'failure' | 'opens' | 'nothing'

/** `calls` in flight; `probe` resolves when the probing call ends; `cause` is the error that opened the circuit. */
export type Circuit = {
  readonly name: string
  failures: number
  pauseMs: number
  openUntil: number
  calls: number
  probe?: Promise<void>
  cause?: unknown
}

const failuresInARow = 5
const firstPauseMs = 10_000
const longestPauseMs = 300_000

export function createCircuit(name: string): Circuit {
  return { name, failures: 0, pauseMs: 0, openUntil: 0, calls: 0 }
}

/** Returns whether the pause is still running, so that no call may be made. */
export function isOpen({ openUntil }: Circuit, now: number): boolean {
  return now < openUntil
}

/** The probe in progress, if any: its result decides whether other calls may be made. */
export function probeOf({ probe, pauseMs }: Circuit): Promise<void> | undefined {
  return pauseMs > 0 ? probe : undefined
}

/** There can be many circuits; a healthy one without calls in flight can be dropped. */
export function isForgettable({ calls, failures, pauseMs }: Circuit): boolean {
  return calls === 0 && failures === 0 && pauseMs === 0
}

/** Starts a call on a circuit that is not open; the returned function takes the verdict when the call ends. */
export function begin(circuit: Circuit, deps: CircuitDeps): (verdict: Verdict, error?: unknown) => void {
  // Only the probing call clears its probe: an older call may end while the probe is in flight.
  const probing = circuit.pauseMs > 0 ? Promise.withResolvers<void>() : undefined
  if (probing) circuit.probe = probing.promise
  circuit.calls += 1
  return (verdict, error) => {
    circuit.calls -= 1
    if (probing) delete circuit.probe
    probing?.resolve()
    if (verdict === 'well') close(circuit, deps)
    // Calls that were in flight when the circuit opened do not extend the pause.
    else if (verdict !== 'nothing' && deps.now() >= circuit.openUntil) fail(circuit, { verdict, error, deps })
  }
}

function close(circuit: Circuit, { log }: CircuitDeps): void {
  if (circuit.pauseMs > 0) log.info('breaker.closed', { api: circuit.name })
  Object.assign(circuit, { failures: 0, pauseMs: 0, openUntil: 0, cause: undefined })
}

type Failure = { readonly verdict: Verdict; readonly error: unknown; readonly deps: CircuitDeps }

function fail(circuit: Circuit, { verdict, error, deps }: Failure): void {
  circuit.failures += 1
  const opens = circuit.pauseMs > 0 || verdict === 'opens' || circuit.failures >= failuresInARow
  if (!opens) return
  circuit.pauseMs = Math.min(circuit.pauseMs === 0 ? firstPauseMs : 2 * circuit.pauseMs, longestPauseMs)
  circuit.openUntil = deps.now() + circuit.pauseMs
  circuit.cause = error
  deps.log.error('breaker.opened', { api: circuit.name, pauseSeconds: circuit.pauseMs / 1000, error })
  // No dimension but the app: each API would be a separate metric, and the alarm watches one.
  deps.metrics.count('BreakerOpened')
}
