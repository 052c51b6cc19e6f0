/** Bare sends, ours, the peers' and the least there can be: in turn, so that a slow moment of the machine strikes them alike. */

import { join } from 'node:path'
import { percentile } from '../figures.ts'
import { type Peer, startPeer, startWay } from '../peers/peers.ts'
import { cores, pin } from '../pin.ts'
import { makeMessage } from './load.ts'
import type { World } from './world.ts'

/** So many calls at once, each answered after so long. */
export type Cell = { readonly width: number; readonly latencyMs: number }
export type Figure = 'share' | 'p50' | 'p99' | 'cpuUs'
/** One figure of each round, by the name of the way. */
export type Figures = Readonly<Record<string, Readonly<Record<Figure, readonly number[]>>>>

const bareLoop = 'bare loop of node:http'
const beside = (file: string) => join(import.meta.dirname, file)
const none: Record<Figure, number[]> = { share: [], p50: [], p99: [], cpuUs: [] }

/** Ours, the least there can be, and peers. */
const startsOf = (peers: readonly string[]) => [
  () => startWay('ours', beside('bare-client.ts')),
  () => startWay(bareLoop, beside('bare-loop.ts')),
  ...peers.map(it => () => startPeer(it)),
]

/** Starts all ways on their core; a process each, of which one is busy at a time. */
export async function startWays(peers: readonly string[]): Promise<readonly Peer[]> {
  const ways = startsOf(peers).map(start => start())
  await Promise.all(ways.map(it => pin(it.pid, cores.measured)))
  return ways
}

/** How many sockets each way opens for so many sends, each way in a new process. */
export async function countSockets(sends: number, width: number, peers: readonly string[], world: World) {
  await world.wechat.setLatency(20)
  const counts: Record<string, number> = {}
  for (const start of startsOf(peers)) {
    const way = start()
    await way.open(world.url, width)
    counts[way.name] = (await way.time(makeMessage(), sends - 1, width)).sockets
    await way.stop()
  }
  return counts
}

/** Measures all ways in one cell, and what else takes its turn in each round. */
export async function measureCell(
  cell: Cell,
  rounds: number,
  { ways, world, also }: { ways: readonly Peer[]; world: World; also(): Promise<void> },
) {
  const figures = Object.fromEntries(ways.map(it => [it.name, structuredClone(none)]))
  await world.wechat.setLatency(cell.latencyMs)
  const { otherSide } = await world.beside(async () => {
    for (let round = 0; round < rounds; round++) {
      await also()
      for (const way of ways) {
        const found = await measureWay(way, cell, world.url)
        const its = figures[way.name]
        for (const [name, value] of Object.entries(found)) its?.[name as Figure].push(value)
      }
    }
  })
  return { figures, otherSide }
}

/** As long as the bound takes for it, and not more messages than a slow way can do in some seconds. */
const [seconds, most] = [1.2, 3_000]

async function measureWay(way: Peer, { width, latencyMs }: Cell, url: string): Promise<Record<Figure, number>> {
  const bound = (width * 1000) / latencyMs
  const count = Math.min(most, Math.ceil(bound * seconds))
  await way.open(url, width)
  const timed = await way.time(makeMessage(), count, width)
  return {
    share: (100 * count) / timed.seconds / bound,
    p50: percentile(timed.latencies, 50),
    p99: percentile(timed.latencies, 99),
    cpuUs: (timed.cpuSeconds * 1e6) / count,
  }
}
