/** A transport that counts its calls, and records WeChat's clock. */

import type { Sighting } from '../../doctor/deps.ts'
import type { Now } from '../../ports.ts'
import type { Transport } from './transport.ts'

export type NotedTransport = {
  readonly transport: Transport
  readonly calls: () => number
  readonly sightings: () => readonly Sighting[]
}

/** Records the calls of a transport; refusals show WeChat's clock as well. */
export function recordCalls(transport: Transport, now: Now): NotedTransport {
  const sightings: Sighting[] = []
  let calls = 0

  return {
    async transport(call) {
      calls += 1
      const before = now()
      const answer = await transport(call)
      if (answer.at !== undefined) sightings.push({ at: answer.at, before, after: now() })
      return answer
    },
    calls: () => calls,
    sightings: () => sightings,
  }
}
