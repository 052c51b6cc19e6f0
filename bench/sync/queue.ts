/** The queue of followers in memory, which feeds its consumer as Lambda's event source mapping does. */

import { feedOf } from '../../kit/deployment.ts'
import { createBatches } from '../../local/batches.ts'

const feed = feedOf('link-followers')

/** What `consume` answers must come again; here nothing may. */
export function createQueue(consume: (bodies: readonly string[]) => Promise<readonly string[]>) {
  let waiting = 0
  let idle: { resolve: () => void; reject: (error: unknown) => void } | undefined
  let failure: unknown
  const settle = () => {
    if (failure !== undefined) idle?.reject(failure)
    else if (waiting === 0) idle?.resolve()
  }
  const run = async (bodies: readonly string[]) => {
    const failed = await consume(bodies)
    if (failed.length > 0) throw new Error(`link-followers gave ${failed.length} messages back`)
    waiting -= bodies.length
  }
  const batches = createBatches<string>({
    ...feed,
    run: bodies =>
      run(bodies)
        .catch(error => {
          failure = error
        })
        .finally(settle),
  })
  return {
    async push(bodies: readonly string[]) {
      waiting += bodies.length
      // Whoever pushes does not wait for the consumer.
      void batches.add(bodies)
    },
    /** Resolves when all is worked in. */
    drained: () =>
      new Promise<void>((resolve, reject) => {
        idle = { resolve, reject }
        settle()
      }),
  }
}
