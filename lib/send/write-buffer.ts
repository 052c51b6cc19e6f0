/** The write buffer of a batch: writes done marks in chunks of 25 and messages in chunks of ten. */

import { setImmediate } from 'node:timers/promises'
import type { OfficialAppId } from '../identifiers.ts'
import type { Log } from '../ports.ts'
import type { BatchAttempt } from './batch-attempt.ts'
import { type Wait, writeWaits } from './batch-waits.ts'
import type { Delivery } from './delivery.ts'
import type { SendDeps, StageDeps } from './deps.ts'
import { idOf } from './event-id.ts'
import type { ParkingPlace, QueuedEvent } from './ports.ts'
import { publishResults } from './results.ts'
import type { Sending } from './short-names.ts'
import type { Received } from './stages.ts'

/** A message, and what is written of it. */
type Written = Pick<Received, 'messageId' | 'body'>

export type WriteBuffer = {
  /** WeChat took the message: its mark is to be written. */
  accept(message: Written, delivery: Delivery & Sending): void
  /** It came to another end, or waits on, and its delivery is written: a bus is to be told. */
  publish(delivery: Delivery): void
  requeue(message: Written, event: QueuedEvent, delaySeconds: number): void
  holdForQuota(message: Written, event: QueuedEvent, at: ParkingPlace): void
  /** It was deferred, for a cause that is to be told. */
  addWait(wait: Wait): void
  /** It stays in the queue, and is given out again. */
  retry(message: Written): void
  /**
   * The work for an account is over, and that for another may last: writes and publishes what is known by now. `flush` awaits it.
   */
  endAccount(official: OfficialAppId): void
  /** Writes what is left to write; answers the messageIds of those that the queue must give out again. */
  flush(): Promise<ReadonlySet<string>>
}

/** What one batch has to itself. */
type Own = { readonly attempt: BatchAttempt; readonly buffer: WriteBuffer }
/** What the stages of a batch are given before it is known by which account an event goes out. */
export type BatchStage = StageDeps & Own
/** What they are given then. */
export type BatchDeps = SendDeps & Own

type Mark = { readonly message: Written; readonly delivery: Delivery & Sending }

/** DynamoDB takes so many rows a request: no need to wait for more. */
const marksPerWrite = 25

/** Creates the buffer of one batch, whose attempt is saved before anything goes back into a queue, and at the end. */
export function createWriteBuffer(deps: Omit<BatchStage, 'buffer'>): WriteBuffer {
  const { attempt, events, log } = deps
  const retried = new Set<string>()
  /** By their accounts: those of one that takes no more must not wait for one that answers late. */
  const marks = new Map<OfficialAppId, Mark[]>()
  const again: { readonly message: Written; readonly event: QueuedEvent; readonly delaySeconds: number }[] = []
  const held: ({ readonly message: Written; readonly event: QueuedEvent } & ParkingPlace)[] = []
  const published: Delivery[] = []
  const writes: Promise<void>[] = []
  const waits: Wait[] = []

  const write = (list: readonly { readonly message: Written }[], work: () => Promise<ReadonlySet<number>>) => {
    if (list.length > 0) writes.push(writeOrRetry({ list, work, retried, log }))
  }
  const writeMarks = (official: OfficialAppId) => {
    const chunk = marks.get(official)?.splice(0) ?? []
    write(chunk, () => acceptAll(chunk, published, deps))
  }

  return {
    accept(message, delivery) {
      const { official } = delivery
      const own = marks.get(official) ?? []
      marks.set(official, own)
      own.push({ message, delivery })
      if (own.length === marksPerWrite) writeMarks(official)
    },
    publish: delivery => void published.push(delivery),
    requeue: (message, event, delaySeconds) => void again.push({ message, event, delaySeconds }),
    holdForQuota: (message, event, at) => void held.push({ message, event, ...at }),
    addWait: wait => void waits.push(wait),
    retry: ({ messageId }) => void retried.add(messageId),
    endAccount(official) {
      writeMarks(official)
      const publishKnown = () => publishResults(published.splice(0), deps)
      writes.push(Promise.all(writes).then(publishKnown))
    },
    async flush() {
      for (const official of marks.keys()) writeMarks(official)
      // Before anything can be taken up again: what surely was not sent must not look as if it had been.
      if (again.length + held.length > 0) await attempt.save()
      write(again, () => events.requeue(again))
      write(held, () => events.holdForQuota(held))
      const [told] = await Promise.all([writeWaits(waits, deps), ...writes])
      await Promise.all([attempt.save(), publishResults([...published, ...told], deps)])
      return retried
    },
  }
}

/** Writes these marks; answers the indexes of those that it could not write. */
async function acceptAll(
  chunk: readonly Mark[],
  published: Delivery[],
  { attempt, deliveries }: Pick<BatchStage, 'attempt' | 'deliveries'>,
): Promise<ReadonlySet<number>> {
  // First the messages that can leave now, for their answers take longest.
  await setImmediate()
  const unwritten = await deliveries.accept(chunk.map(it => it.delivery))
  const written = chunk.flatMap(it => (unwritten.has(it.delivery.id) ? [] : it.delivery))
  for (const it of written) attempt.resolve(it)
  published.push(...written)
  return new Set(chunk.flatMap((it, index) => (unwritten.has(it.delivery.id) ? index : [])))
}

type Writing = {
  readonly list: readonly { readonly message: Written }[]
  /** Answers the indexes of those that it could not write. */
  readonly work: () => Promise<ReadonlySet<number>>
  readonly retried: Set<string>
  readonly log: Log
}

/** Whatever could not be written is retried, each on its own: for what WeChat took, its id makes that harmless. */
async function writeOrRetry({ list, work, retried, log }: Writing): Promise<void> {
  let cause: unknown
  const unwritten = await work().catch(error => {
    cause = error
    return new Set(list.keys())
  })
  const failed = [...unwritten].flatMap(index => list[index]?.message ?? [])
  for (const { messageId } of failed) retried.add(messageId)
  if (failed.length === 0) return
  log.error('send.not-written', { error: cause, events: failed.length, ids: failed.map(it => idOf(it.body)) })
}
