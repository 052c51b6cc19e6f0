/** What a batch leaves to write: done marks by 25, and messages by ten, so that a message costs a fraction of a request. */

import type { Delivery } from './delivery.ts'
import type { DeliveryStore, EventAgain, EventQueue, Log } from './ports.ts'

/** What is known of an event that goes back into a queue. */
type Returning = EventAgain

export type Aftermath<A> = {
  /** WeChat took the message: its mark is to be written. */
  accept(arrival: A, delivery: Delivery): void
  pushAgain(arrival: A, delaySeconds: number): void
  park(arrival: A): void
  /** It stays in the queue, and is shown again. */
  comesAgain(arrival: A): void
  /** Writes what is left to write; answers those that must come again by the queue. */
  finish(): Promise<ReadonlySet<A>>
}

export type AftermathDeps = {
  readonly deliveries: Pick<DeliveryStore, 'accept'>
  readonly events: Pick<EventQueue, 'pushAgain' | 'park'>
  readonly log: Log
}

/** DynamoDB takes so many rows a request: no need to wait for more. */
const marksPerWrite = 25

/** Collects the aftermath of one batch. */
export function createAftermath<A extends Returning>(deps: AftermathDeps): Aftermath<A> {
  const failed = new Set<A>()
  const marks: { readonly arrival: A; readonly delivery: Delivery }[] = []
  const again: { readonly arrival: A; readonly event: EventAgain; readonly delaySeconds: number }[] = []
  const parked: A[] = []
  const writes: Promise<void>[] = []

  /** Whatever could not be written comes again: for what WeChat took, its id makes that harmless. */
  const orAgain = async (arrivals: readonly A[], write: () => Promise<void>) => {
    try {
      await write()
    } catch (error) {
      deps.log.error('send.not-written', { error, events: arrivals.length })
      for (const it of arrivals) failed.add(it)
    }
  }
  const writeMarks = () => {
    const run = marks.splice(0)
    const write = async () => {
      const unwritten = await deps.deliveries.accept(run.map(it => it.delivery))
      for (const it of run) if (unwritten.has(it.delivery.id)) failed.add(it.arrival)
    }
    if (run.length > 0)
      writes.push(
        orAgain(
          run.map(it => it.arrival),
          write,
        ),
      )
  }

  return {
    accept(arrival, delivery) {
      marks.push({ arrival, delivery })
      if (marks.length === marksPerWrite) writeMarks()
    },
    pushAgain: (arrival, delaySeconds) => void again.push({ arrival, event: eventOf(arrival), delaySeconds }),
    park: arrival => void parked.push(arrival),
    comesAgain: arrival => void failed.add(arrival),
    async finish() {
      writeMarks()
      const returning = again.map(it => it.arrival)
      writes.push(orAgain(returning, () => deps.events.pushAgain(again)))
      writes.push(orAgain(parked, () => deps.events.park(parked.map(eventOf))))
      await Promise.all(writes)
      return failed
    },
  }
}

function eventOf({ body, attempts, since, doubtSince }: Returning): EventAgain {
  return { body, attempts, since, ...(doubtSince === undefined ? {} : { doubtSince }) }
}
