/** A transport that notes how many calls it made, and what WeChat's clock said meanwhile. */

import type { Sighting } from '../../doctor/deps.ts'
import type { Now } from '../../ports.ts'
import type { Transport } from './transport.ts'

export type NotedTransport = {
  readonly transport: Transport
  readonly calls: () => number
  readonly sightings: () => readonly Sighting[]
}

/** Notes what goes through a transport; an answer that refuses tells the time as well. */
export function noteCalls(transport: Transport, now: Now): NotedTransport {
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
