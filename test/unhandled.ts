/** Rejections that nobody awaits: a function of ours ends with its process, and with all that it was at. */

import { setImmediate } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/** Runs the work, and answers which rejections nobody handled, until the test ends in place of vitest. */
export async function unhandledIn(work: () => Promise<unknown>): Promise<readonly unknown[]> {
  const unhandled: unknown[] = []
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', error => void unhandled.push(error))
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection')
    for (const it of others) process.on('unhandledRejection', it)
  })
  await work()
  // Node looks for them once a turn of the event loop is over.
  await setImmediate()
  return unhandled
}
