/** One circuit of a breaker: closed, or open for a pause that grows, after which one call at a time probes. */

import type { AppLog, AppMetrics, Now } from '../ports.ts'

export type CircuitDeps = { readonly now: Now; readonly log: AppLog; readonly metrics: AppMetrics }

/** What the end of a call says of a circuit: WeChat is there, or not, or nothing; `opens` it at once, or by a row of such. */
export type Verdict = 'well' | 'failure' | 'opens' | 'nothing'

/** `calls` are under way, and `probe` ends with the one that tries; `cause` is what opened it. */
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

/** Tells whether no call may leave: the pause lasts. */
export function isOpen({ openUntil }: Circuit, now: number): boolean {
  return now < openUntil
}

/** The call that tries just now whether the pause is to end: what it comes to says whether the others may leave. */
export function probeOf({ probe, pauseMs }: Circuit): Promise<void> | undefined {
  return pauseMs > 0 ? probe : undefined
}

/** Circuits can be many, and one that is well needs no memory once no call of it is under way. */
export function isForgettable({ calls, failures, pauseMs }: Circuit): boolean {
  return calls === 0 && failures === 0 && pauseMs === 0
}

/** Lets a call go that the circuit is not open for; the answer ends it, with what its end says of the circuit. */
export function begin(circuit: Circuit, deps: CircuitDeps): (verdict: Verdict, error?: unknown) => void {
  // Only this call ends its own probe: one that was under way before may come back in the middle of it.
  const probing = circuit.pauseMs > 0 ? Promise.withResolvers<void>() : undefined
  if (probing) circuit.probe = probing.promise
  circuit.calls += 1
  return (verdict, error) => {
    circuit.calls -= 1
    if (probing) delete circuit.probe
    probing?.resolve()
    if (verdict === 'well') close(circuit, deps)
    // What was under way when it opened brings no news.
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
  // No dimension but the app: each API would be a metric of its own, and an alarm watches one.
  deps.metrics.count('BreakerOpened')
}
