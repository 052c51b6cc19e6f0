/** What a batch leaves to write: done marks by 25, and messages by ten, so that a message costs a fraction of a request. */

import { setImmediate } from 'node:timers/promises'
import type { Log } from '../ports.ts'
import type { BatchAttempt } from './batch-attempt.ts'
import { createBatchWaits, type Wait, type WaitsDeps } from './batch-waits.ts'
import type { Delivery } from './delivery.ts'
import { idOf } from './event-id.ts'
import type { DeliveryStore, EventAgain, EventQueue, ParkedKind } from './ports.ts'
import { publishResults, type ResultsDeps } from './results.ts'

export type Aftermath<A> = {
  /** WeChat took the message: its mark is to be written. */
  accept(arrival: A, delivery: Delivery): void
  /** It came to another end, or waits on, and its delivery is written: the bus is to be told. */
  end(delivery: Delivery): void
  pushAgain(arrival: A, event: EventAgain, delaySeconds: number): void
  park(arrival: A, event: EventAgain, kind: ParkedKind): void
  /** It was put off, for a cause that is to be told. */
  wait(wait: Wait): void
  /** It stays in the queue, and is shown again. */
  comesAgain(arrival: A): void
  /** Writes what is left to write; answers those that must come again by the queue. */
  finish(): Promise<ReadonlySet<A>>
}

export type AftermathDeps = ResultsDeps &
  WaitsDeps & {
    readonly deliveries: Pick<DeliveryStore, 'accept'>
    readonly events: Pick<EventQueue, 'pushAgain' | 'park'>
  }

type Body = { readonly body: string }

/** DynamoDB takes so many rows a request: no need to wait for more. */
const marksPerWrite = 25

/** Collects the aftermath of one batch, whose attempt is saved before anything goes back into a queue, and at the end. */
export function createAftermath<A extends Body>(
  deps: AftermathDeps,
  attempt: Pick<BatchAttempt, 'resolve' | 'save'>,
): Aftermath<A> {
  const failed = new Set<A>()
  const marks: { readonly arrival: A; readonly delivery: Delivery }[] = []
  const again: { readonly arrival: A; readonly event: EventAgain; readonly delaySeconds: number }[] = []
  const parked: { readonly arrival: A; readonly event: EventAgain; readonly kind: ParkedKind }[] = []
  const ended: Delivery[] = []
  const writes: Promise<void>[] = []
  const waits = createBatchWaits(deps)

  const orAgain = createFallback(failed, deps.log)
  const writeMarks = () => {
    const run = marks.splice(0)
    const write = async () => {
      // First the messages that can leave now, for their answers take longest.
      await setImmediate()
      const unwritten = await deps.deliveries.accept(run.map(it => it.delivery))
      const written = run.flatMap(it => (unwritten.has(it.delivery.id) ? [] : it.delivery))
      for (const { id } of written) attempt.resolve(id)
      ended.push(...written)
      return new Set(run.flatMap((it, index) => (unwritten.has(it.delivery.id) ? index : [])))
    }
    if (run.length > 0) writes.push(orAgain(run, write))
  }

  return {
    accept(arrival, delivery) {
      marks.push({ arrival, delivery })
      if (marks.length === marksPerWrite) writeMarks()
    },
    end: delivery => void ended.push(delivery),
    pushAgain: (arrival, event, delaySeconds) => void again.push({ arrival, event, delaySeconds }),
    park: (arrival, event, kind) => void parked.push({ arrival, event, kind }),
    wait: waits.note,
    comesAgain: arrival => void failed.add(arrival),
    async finish() {
      writeMarks()
      // Before anything can be taken up again: what surely was not sent must not look as if it had been.
      if (again.length + parked.length > 0) await attempt.save()
      writes.push(orAgain(again, () => deps.events.pushAgain(again)))
      writes.push(orAgain(parked, () => deps.events.park(parked)))
      const [told] = await Promise.all([waits.tell(), ...writes])
      await Promise.all([attempt.save(), publishResults([...ended, ...told], deps)])
      return failed
    },
  }
}

/**
 * Whatever could not be written comes again, each on its own: for what WeChat took, its id makes that harmless. `write`
 * answers the indexes of those that it could not write.
 */
function createFallback<A extends Body>(failed: Set<A>, log: Log) {
  return async (list: readonly { readonly arrival: A }[], write: () => Promise<ReadonlySet<number>>) => {
    if (list.length === 0) return
    let cause: unknown
    const unwritten = await write().catch(error => {
      cause = error
      return new Set(list.keys())
    })
    const again = [...unwritten].flatMap(index => list[index]?.arrival ?? [])
    for (const it of again) failed.add(it)
    if (again.length === 0) return
    log.error('send.not-written', { error: cause, events: again.length, ids: again.map(it => idOf(it.body)) })
  }
}
