/**
 * A circuit breaker for calls to WeChat: one breaker per app, one circuit per API, and one per template where the cause
 * may be a single template.
 *
 * A circuit opens at once on errors that only an operator can fix, and after several failures in a row on an outage;
 * then one probe at a time is let through, at growing intervals, until one succeeds.
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
   * Makes the call, unless the circuit of this API or of this `part` of it (such as one template) is open: then it
   * throws the error that opened the circuit, marked as withheld. While another call probes, waits for its result.
   */
  run<T>(api: string, call: () => Promise<T>, part?: string): Promise<T>
}

/** Codes by which WeChat refuses the whole account or our address, whatever is called. */
const accountRefusals: ReadonlySet<number> = new Set([
  40066, 40125, 40164, 40243, 43003, 45102, 45501, 48001, 48004, 50004, 50007, 61004, 89501, 89503, 89506, 89507,
])

/** Maps the error of a call to a verdict for one circuit. */
type Judge = (error: unknown) => Verdict

/** Creates the breaker of one app, in the memory of one container. */
export function createBreaker(deps: CircuitDeps): Breaker {
  const circuits = new Map<string, Circuit>()
  return {
    async run(api, call, part) {
      let judged = judgedOf(api, part, circuits)
      for (let probe = probeAmong(api, judged, deps); probe !== undefined; probe = probeAmong(api, judged, deps)) {
        await probe
        judged = judgedOf(api, part, circuits)
      }
      // No await between this check and the start of the call.
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
 * Returns the probe that a call has to wait for, if any: until it ends, the old error may be out of date. Throws if a
 * circuit is open, before any other circuit counts the call.
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

/** For a call without parts: an error about this call alone (recipient, field, quota) shows that WeChat works. */
const verdictOfAll: Judge = error => {
  if (isNotCalled(error)) return 'nothing'
  if (isAccountRefusal(error)) return 'opens'
  return isFailure(error) ? 'failure' : 'well'
}

/** For all parts: only a failed connection or a refusal of the whole account counts against WeChat. */
const verdictForEverybody: Judge = error => {
  if (isNotCalled(error)) return 'nothing'
  if (isAccountRefusal(error)) return 'opens'
  return isUnconnected(error) ? 'failure' : 'well'
}

/** For one part: errors that affect all parts say nothing about this one. */
const verdictForPart: Judge = error => {
  if (isNotCalled(error) || isAccountRefusal(error) || isUnconnected(error)) return 'nothing'
  return isFailure(error) ? 'failure' : 'well'
}

function isFailure(error: unknown): boolean {
  if (error instanceof TransportError) return true
  if (!(error instanceof WeChatError)) return false
  // An unknown positive code may concern one person only; WeChat did answer.
  const isNew = error.errcode > 0 && !isKnown(error.errcode)
  return !isNew && (error.class === 'config' || error.class === 'transient')
}

function isUnconnected(error: unknown): boolean {
  return error instanceof TransportError && error.failure === 'connect'
}

/** Withheld by another breaker, or for lack of time. */
function isNotCalled(error: unknown): boolean {
  return error instanceof TransportError ? error.failure === 'withheld' : error instanceof WeChatError && error.withheld
}

function isAccountRefusal(error: unknown): boolean {
  return error instanceof WeChatError && error.class === 'config' && accountRefusals.has(error.errcode)
}

/** The error for a withheld call: it carries the original reason, and says that nothing was sent. */
function withheld(api: string, cause: unknown): Error {
  if (!(cause instanceof WeChatError) || cause.class !== 'config') {
    return new TransportError(api, 'withheld', 'not called: WeChat has been unreachable')
  }
  const { errcode, rid } = cause
  return new WeChatError(api, errcode, 'refused before, and not called again yet', {
    class: 'config',
    rid,
    withheld: true,
  })
}
