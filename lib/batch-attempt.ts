/**
 * The attempt of one batch to send: written before its first call, so that an invocation that ends without a word leaves
 * behind which messages it may have sent. A receive that never came to a call leaves nothing.
 */

import { TransportError } from './errors.ts'
import type { AttemptStore, Log, Now } from './ports.ts'

export type BatchAttempt = {
  /**
   * To be awaited before each call. Throws TransportError `withheld` if the attempt cannot be written: then the call must
   * not be made.
   */
  begin(): Promise<void>
  /** These queue messages were surely not sent after all. */
  takeBack(messageIds: readonly string[]): void
  /** Writes down what was taken back; to be awaited before such an event goes back into a queue. */
  amend(): Promise<void>
}

export type AttemptDeps = { readonly attempts: Pick<AttemptStore, 'write'>; readonly now: Now; readonly log: Log }

/** Creates the attempt of these queue messages. */
export function createBatchAttempt(messageIds: readonly string[], { attempts, now, log }: AttemptDeps): BatchAttempt {
  const id = crypto.randomUUID()
  const unsent = new Set<string>()
  let begun: { readonly at: number; readonly written: Promise<void> } | undefined

  const writeFirst = async (at: number) => {
    try {
      await attempts.write({ id, at, messageIds })
    } catch (error) {
      begun = undefined
      log.error('send.attempt-not-written', { error })
      throw new TransportError('template/send', 'withheld', 'not called: the attempt could not be written down')
    }
  }
  return {
    begin() {
      const at = now()
      begun ??= { at, written: writeFirst(at) }
      return begun.written
    },
    takeBack(ids) {
      for (const it of ids) unsent.add(it)
    },
    async amend() {
      if (begun === undefined || unsent.size === 0) return
      try {
        await attempts.write({ id, at: begun.at, messageIds: messageIds.filter(it => !unsent.has(it)) })
      } catch (error) {
        // Then a crash right after this would leave them in doubt, which is too careful, and no more.
        log.warn('send.attempt-not-amended', { error })
      }
    },
  }
}
