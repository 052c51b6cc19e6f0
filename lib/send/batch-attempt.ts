/**
 * The attempt record of a batch: written before its first call, so that an invocation that dies leaves behind which
 * events it may have sent. Events that never reached a call leave no record.
 */

import { setImmediate } from 'node:timers/promises'

import { TransportError } from '../errors.ts'
import type { StageDeps } from './deps.ts'
import type { Attempt, AttemptStore } from './ports.ts'
import { attemptName, type Sending, sendingsOf } from './short-names.ts'

export type BatchAttempt = {
  /** Names the events that the batch may send. */
  cover(events: readonly Sending[]): void
  /**
   * To be awaited before each call of `api` for an event. Throws TransportError `withheld` if the attempt cannot be written: then
   * the call must not be made.
   */
  begin(event: Sending, api: string): Promise<void>
  /**
   * Whether another invocation may have sent this event by now, by whichever account, and has not said so: to be asked before it
   * is called unsent.
   */
  mayBeElsewhere(eventId: string): Promise<boolean>
  /** Nothing is unknown of this event any more: it was surely not sent, or what came of it is written. */
  resolve(event: Sending): void
  /** Writes down what is unknown by now, and nothing else; to be awaited before anything goes back into a queue. */
  save(): Promise<void>
}

/** Each of them is tried again by the SDK as well, ever later. */
const saveTries = 3
/** So many are named in the log. */
const mostIds = 100

type Deps = Pick<StageDeps, 'accounts' | 'attempts' | 'now' | 'log'>

/** Creates the attempt of a batch. */
export function createBatchAttempt({ accounts, attempts, now, log }: Deps): BatchAttempt {
  const id = crypto.randomUUID()
  const nameOf = rememberNames()
  /** The ids of the events by their names. */
  let covered: ReadonlyMap<string, string> = new Map()
  const unknown = new Set<string>()
  let saved: string | undefined
  /** Kept if the first write fails, for that may have arrived: the next one goes over it, and it is taken back at the end. */
  let begunAt: number | undefined
  let written: Promise<boolean> | undefined

  const elsewhere = shared(async () => {
    const others = (await attempts.open()).filter(it => it.id !== id)
    return new Set(others.flatMap(it => it.names))
  })
  const writeFirst = async (eventId: string, at: number) => {
    try {
      await attempts.write({ id, at, names: [...covered.keys()] })
      return true
    } catch (error) {
      written = undefined
      log.error('send.attempt-not-written', { id: eventId, error })
      return false
    }
  }
  return {
    cover(events) {
      covered = new Map(events.map(it => [nameOf(it), it.id]))
    },
    async begin(event, api) {
      begunAt ??= now()
      written ??= writeFirst(event.id, begunAt)
      if (!(await written)) {
        throw new TransportError(api, 'withheld', 'not called: the attempt could not be written down')
      }
      unknown.add(nameOf(event))
    },
    async mayBeElsewhere(eventId) {
      const names = await elsewhere()
      return sendingsOf(eventId, accounts).some(it => names.has(attemptName(it)))
    },
    resolve: event => void unknown.delete(nameOf(event)),
    async save() {
      const left = [...unknown]
      if (begunAt === undefined || left.join() === saved) return
      try {
        await writeAtLast(attempts, { id, at: begunAt, names: left })
        saved = left.join()
      } catch (error) {
        // Then these events count as perhaps sent, which is too careful, and no more.
        log.warn('send.attempt-not-saved', { error, ids: [...covered.values()].slice(0, mostIds) })
      }
    },
  }
}

/** A table that throttles for a moment must not make a batch doubtful of which nothing was sent. */
async function writeAtLast(attempts: AttemptStore, attempt: Attempt, triesLeft = saveTries - 1): Promise<void> {
  try {
    await attempts.write(attempt)
  } catch (error) {
    if (triesLeft === 0) throw error
    await writeAtLast(attempts, attempt, triesLeft - 1)
  }
}

/** Each event is named three times: when it is covered, when it is called, and when that is known to be over. */
function rememberNames(): (event: Sending) => string {
  const names = new Map<string, string>()
  return event => {
    const key = `${event.official} ${event.id}`
    const name = names.get(key) ?? attemptName(event)
    names.set(key, name)
    return name
  }
}

/** All who ask in one turn of the event loop share one question, which is asked after that. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let next: Promise<T> | undefined
  return () => {
    next ??= setImmediate().then(() => {
      next = undefined
      return ask()
    })
    return next
  }
}
