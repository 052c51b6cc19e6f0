/**
 * Keeps calls from leaving while they cannot succeed: one breaker per app, one circuit per call of WeChat's; and where
 * the trouble may be of one template alone, one for each of them.
 *
 * It opens at once for what only people can mend, and after a row of failures for an outage; then one call at a time
 * probes, ever later, until one succeeds.
 */

import { TransportError, WeChatError } from './errors.ts'
import type { Log, Metrics, Now } from './ports.ts'

export type Breaker = {
  /**
   * Makes the call, unless the circuit of this API is open, or that of this `part` of it, such as one template: then it
   * throws what opened it, as a call not made.
   */
  run<T>(api: string, call: () => Promise<T>, part?: string): Promise<T>
}

export type BreakerDeps = { readonly now: Now; readonly log: Log; readonly metrics: Metrics }

/** Codes by which WeChat refuses the whole account or address, whatever is asked (CONTRACT.md section 13). */
const accountRefusals: ReadonlySet<number> = new Set([
  40066, 40125, 40164, 40243, 43003, 48001, 48004, 50004, 50007, 61004, 89501, 89503, 89506, 89507,
])
const failuresInARow = 5
const firstPauseMs = 10_000
const longestPauseMs = 300_000

type Circuit = { failures: number; pauseMs: number; openUntil: number; isProbing: boolean; cause?: unknown }

/** Tells whether an error speaks against a circuit. */
type Against = (error: unknown) => boolean

/** Creates the breaker of one app, in the memory of one container. */
export function createBreaker(deps: BreakerDeps): Breaker {
  const circuits = new Map<string, Circuit>()
  const within = async <T>(name: string, against: Against, call: () => Promise<T>): Promise<T> => {
    const circuit = circuits.get(name) ?? { failures: 0, pauseMs: 0, openUntil: 0, isProbing: false }
    circuits.set(name, circuit)
    if (isOpen(circuit, deps.now())) throw withheld(name.split(' ')[0] ?? name, circuit.cause)
    circuit.isProbing = circuit.pauseMs > 0
    try {
      const result = await call()
      close(name, circuit, deps)
      return result
    } catch (error) {
      count(name, circuit, { error, against, deps })
      throw error
    } finally {
      circuit.isProbing = false
      // Parts can be many, and one that is well needs no memory.
      if (circuit.failures === 0 && circuit.pauseMs === 0) circuits.delete(name)
    }
  }

  return {
    run: (api, call, part) =>
      part === undefined
        ? within(api, isFailure, call)
        : // What only this part may suffer from says nothing of the others.
          within(api, isOfEverybody, () => within(`${api} ${part}`, isFailure, call)),
  }
}

function isOpen({ openUntil, isProbing, pauseMs }: Circuit, now: number): boolean {
  return now < openUntil || (pauseMs > 0 && isProbing)
}

function close(api: string, circuit: Circuit, { log }: BreakerDeps): void {
  if (circuit.pauseMs > 0) log.info('breaker.closed', { api })
  Object.assign(circuit, { failures: 0, pauseMs: 0, openUntil: 0, cause: undefined })
}

type Failure = { readonly error: unknown; readonly against: Against; readonly deps: BreakerDeps }

/** An answer that is about the call alone (a recipient, a field, a quota) shows that WeChat is there. */
function count(api: string, circuit: Circuit, { error, against, deps }: Failure): void {
  if (!against(error)) {
    if (isAnswer(error)) close(api, circuit, deps)
    return
  }
  // What was under way when it opened brings no news.
  if (deps.now() >= circuit.openUntil) fail(api, circuit, { error, deps })
}

function fail(api: string, circuit: Circuit, { error, deps }: Omit<Failure, 'against'>): void {
  circuit.failures += 1
  const opens = circuit.pauseMs > 0 || isAccountRefusal(error) || circuit.failures >= failuresInARow
  if (!opens) return
  circuit.pauseMs = Math.min(circuit.pauseMs === 0 ? firstPauseMs : 2 * circuit.pauseMs, longestPauseMs)
  circuit.openUntil = deps.now() + circuit.pauseMs
  circuit.cause = error
  deps.log.error('breaker.opened', { api, pauseSeconds: circuit.pauseMs / 1000, error })
  deps.metrics.count('BreakerOpened', { api })
}

function isFailure(error: unknown): boolean {
  if (error instanceof TransportError) return true
  return error instanceof WeChatError && (error.class === 'config' || error.class === 'transient')
}

/** No connection, or a refusal of the whole account: whatever is sent, it meets the same. */
function isOfEverybody(error: unknown): boolean {
  if (error instanceof TransportError) return error.failure === 'connect'
  return isAccountRefusal(error)
}

/** An answer, or at least a connection: WeChat is there. */
function isAnswer(error: unknown): boolean {
  if (error instanceof WeChatError) return !error.withheld
  return !(error instanceof TransportError) || error.failure !== 'withheld'
}

function isAccountRefusal(error: unknown): boolean {
  return error instanceof WeChatError && error.class === 'config' && accountRefusals.has(error.errcode)
}

/** Whoever would have called learns the reason, and that nothing left. */
function withheld(api: string, cause: unknown): Error {
  if (!(cause instanceof WeChatError) || cause.class !== 'config') {
    return new TransportError(api, 'withheld', 'not called: WeChat has been out of reach')
  }
  const { errcode, rid } = cause
  return new WeChatError(api, errcode, 'refused before, and not called again yet', {
    class: 'config',
    rid,
    withheld: true,
  })
}
