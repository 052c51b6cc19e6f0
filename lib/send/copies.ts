/**
 * Copies of one event in a batch: copies with the same body are processed once. A copy with another body waits for the
 * result of the one before it, and is processed itself if that was not sent, because a deferred event may still be
 * dropped.
 */

import type { Decided } from './stages.ts'

/** After these the id is taken, or may be: the event is on a phone, or nobody knows whether it is. */
const takenEnds: ReadonlySet<string> = new Set(['accepted', 'in-doubt', 'unanswered', 'repeated'])

type Run = { readonly bodies: Set<string>; end: Promise<string> }

/** Creates the order in which the copies of a batch are worked on; if one must be retried, its first message is. */
export function createCopyOrder() {
  const runs = new Map<string, Run>()
  return async ({ message, body }: Decided, work: () => Promise<string>): Promise<string> => {
    if (message === undefined) return work()
    const { id } = message
    const before = runs.get(id)
    if (before === undefined) {
      const end = work()
      runs.set(id, { bodies: new Set([body]), end })
      return end
    }
    const previous = before.end
    if (before.bodies.has(body)) return previous.then(() => 'repeated')
    before.bodies.add(body)
    let isTaken = false
    // The only promise that this copy awaits: a second one that nobody awaits would end the process if the work fails.
    before.end = previous.then(name => {
      isTaken = takenEnds.has(name)
      return isTaken ? name : work()
    })
    const name = await before.end
    return isTaken ? 'repeated' : name
  }
}
