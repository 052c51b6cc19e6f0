/** The copies of one event in a batch: one with the same body is one piece of work, one with another waits for its end. */

import type { Decided } from './stages.ts'

/** After these the id is free again: a copy that says something else is judged anew. */
const freeEnds: ReadonlySet<string> = new Set(['dropped', 'rejected'])

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
    const end = previous.then(name => (freeEnds.has(name) ? work() : name))
    before.end = end
    return freeEnds.has(await previous) ? end : 'repeated'
  }
}
