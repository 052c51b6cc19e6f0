/**
 * Keeps calls from leaving while they cannot succeed: one breaker per app, one circuit per call of WeChat's; and where
 * the trouble may be of one template alone, one for each of them.
 *
 * It opens at once for what only people can mend, and after a row of failures for an outage; then one call at a time
 * probes, ever later, until one succeeds.
 */

import { isKnown } from '../errcode.ts'
import { TransportError, WeChatError } from '../errors.ts'
import {
  begin,
  type Circuit,
  type CircuitDeps,
  createCircuit,
  isForgettable,
  isOpen,
  probeOf,
  type Verdict,
} from './circuit.ts'

export type Breaker = {
  /**
   * Makes the call, unless the circuit of this API is open, or that of this `part` of it, such as one template: then it
   * throws what opened it, as a call not made. While another call probes it waits for what that comes to.
   */
  run<T>(api: string, call: () => Promise<T>, part?: string): Promise<T>
}

/** Codes by which WeChat refuses the whole account or address, whatever is asked. */
const accountRefusals: ReadonlySet<number> = new Set([
  40066, 40125, 40164, 40243, 43003, 45102, 45501, 48001, 48004, 50004, 50007, 61004, 89501, 89503, 89506, 89507,
])

/** Tells what the error of a call says of a circuit. */
type Judge = (error: unknown) => Verdict

/** Creates the breaker of one app, in the memory of one container. */
export function createBreaker(deps: CircuitDeps): Breaker {
  const circuits = new Map<string, Circuit>()
  return {
    async run(api, call, part) {
      const look = () => judgedOf(api, part, circuits)
      for (let probe = probeAmong(api, look(), deps); probe !== undefined; probe = probeAmong(api, look(), deps))
        await probe
      // Nothing happens between the last look and the beginning.
      const judged = look()
      const end = beginAll(judged, circuits, deps)
      try {
        const result = await call()
        end(() => 'well')
        return result
      } catch (error) {
        end(judge => judge(error), error)
        throw error
      }
    },
  }
}

/**
 * The probe that a call has to wait for, if there is one: what opened a circuit may be mended, and until that is known nobody
 * is told the old cause. Throws what holds the call back, before any circuit begins: it is no news for another.
 */
function probeAmong(api: string, judged: readonly Judged[], { now }: CircuitDeps): Promise<void> | undefined {
  const open = judged.find(({ circuit }) => isOpen(circuit, now()))
  if (open !== undefined) throw withheld(api, open.circuit.cause)
  return judged.flatMap(({ circuit }) => probeOf(circuit) ?? [])[0]
}

function judgedOf(api: string, part: string | undefined, circuits: ReadonlyMap<string, Circuit>): readonly Judged[] {
  return judgesOf(api, part).map(([name, judge]) => ({ circuit: circuits.get(name) ?? createCircuit(name), judge }))
}

function judgesOf(api: string, part?: string): (readonly [string, Judge])[] {
  if (part === undefined) return [[api, verdictOfAll]]
  return [
    [api, verdictForEverybody],
    [`${api} ${part}`, verdictForPart],
  ]
}

type Judged = { readonly circuit: Circuit; readonly judge: Judge }

function beginAll(judged: readonly Judged[], circuits: Map<string, Circuit>, deps: CircuitDeps) {
  const begun = judged.map(({ circuit, judge }) => {
    circuits.set(circuit.name, circuit)
    return { name: circuit.name, circuit, judge, end: begin(circuit, deps) }
  })
  return (verdictOf: (judge: Judge) => Verdict, error?: unknown) => {
    for (const { name, circuit, judge, end } of begun) {
      end(verdictOf(judge), error)
      if (isForgettable(circuit)) circuits.delete(name)
    }
  }
}

/** Of a call that has no parts: an answer that is about the call alone (a recipient, a field, a quota) is a good sign. */
const verdictOfAll: Judge = error => {
  if (isNotCalled(error)) return 'nothing'
  if (isAccountRefusal(error)) return 'opens'
  return isFailure(error) ? 'failure' : 'well'
}

/** No connection, or a refusal of the whole account, is what whatever is sent meets; all else shows that WeChat is there. */
const verdictForEverybody: Judge = error => {
  if (isNotCalled(error)) return 'nothing'
  if (isAccountRefusal(error)) return 'opens'
  return isUnconnected(error) ? 'failure' : 'well'
}

/** What everybody meets says nothing of this part, good or bad. */
const verdictForPart: Judge = error => {
  if (isNotCalled(error) || isAccountRefusal(error) || isUnconnected(error)) return 'nothing'
  return isFailure(error) ? 'failure' : 'well'
}

function isFailure(error: unknown): boolean {
  if (error instanceof TransportError) return true
  if (!(error instanceof WeChatError)) return false
  // A positive code that nobody knows may be about one person only; it is an answer all the same.
  const isNew = error.errcode > 0 && !isKnown(error.errcode)
  return !isNew && (error.class === 'config' || error.class === 'transient')
}

function isUnconnected(error: unknown): boolean {
  return error instanceof TransportError && error.failure === 'connect'
}

/** Withheld by another breaker, or for want of time. */
function isNotCalled(error: unknown): boolean {
  return error instanceof TransportError ? error.failure === 'withheld' : error instanceof WeChatError && error.withheld
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
