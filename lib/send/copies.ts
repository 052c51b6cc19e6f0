/**
 * The copies of one event in a batch: one with the same body is one piece of work. One with another body waits for
 * what becomes of the one before it, and is judged for itself if that was not sent: what is deferred may be dropped yet.
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
    const end = previous.then(name => (takenEnds.has(name) ? name : work()))
    before.end = end
    return takenEnds.has(await previous) ? 'repeated' : end
  }
}
