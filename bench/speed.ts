/** The sender and our bare client beside the peers' bare sends and the bound N/L: throughput, latency, processor time, sockets. */

import { spread } from './figures.ts'
import { loadNow } from './machine.ts'
import type { Found, How, Part, Row } from './part.ts'
import { installPeers, versionOf } from './peers/install.ts'
import { peerNames } from './peers/names.ts'
import type { Peer } from './peers/peers.ts'
import { type Cell, countSockets, type Figure, type Figures, measureCell, startWays } from './speed/bare.ts'
import { type Batches, measureBatches, startWarm } from './speed/handler.ts'
import { handlerRows, type Told, usual } from './speed/handler-rows.ts'
import { bundleFunction, type Lambda, type StartFunction } from './speed/processes.ts'
import { drawProfile } from './speed/profile.ts'
import { measureOthers } from './speed/trouble.ts'
import { openWorld, type World } from './speed/world.ts'

const { width } = usual
const sizes = [100, 500] as const
const cells: readonly Cell[] = [20, 100].flatMap(latencyMs => [10, 50, 200].map(it => ({ width: it, latencyMs })))

export const speed: Part = {
  name: 'speed',
  title:
    'Speed: the whole handler and our bare client, beside the bare sends of the peers; N calls at once, each answered after L ms.',
  rounds: 5,
  async measure(how) {
    await installPeers()
    const world = await openWorld()
    const startFunction = await bundleFunction()
    const lambda = await startWarm(startFunction, world)
    const peers = how.isShort ? peerNames.slice(0, 1) : peerNames
    const ways = await startWays(peers)
    how.tell('warming up')
    await warmUp(lambda, ways, world)
    const rows = [
      ...(await measureCells({ lambda, ways, world, how })),
      ...(await countHandler(startFunction, world)),
      await countBare(peers, world),
      ...(how.isShort ? [] : await measureTrouble(startFunction, world, how)),
    ]
    const profile = how.isProfiling ? { 'the profile, by whose code it is': await drawProfile(world, how) } : {}
    return { rows, facts: { ...(await factsOf(world)), ...profile } }
  },
}

async function factsOf({ isPinned }: World): Promise<NonNullable<Found['facts']>> {
  const versions = await Promise.all(peerNames.map(async it => `${it} ${await versionOf(it)}`))
  return {
    'the other side': isPinned
      ? 'processes of its own on the last core, what is measured on the first (taskset)'
      : 'processes of its own, on whichever core (no taskset)',
    peers: versions.join(', '),
  }
}

type Side = { readonly lambda: Lambda; readonly ways: readonly Peer[]; readonly world: World; readonly how: How }

/** Until V8 has compiled what sends. */
async function warmUp(lambda: Lambda, ways: readonly Peer[], world: World): Promise<void> {
  const also = async () => void (await measureBatches(100, 20, lambda, world))
  await measureCell({ width, latencyMs: 20 }, 1, { ways, world, also })
}

/** The handler takes its turn where as many calls are under way as it has sockets. */
async function measureCells({ lambda, ways, world, how }: Side): Promise<Row[]> {
  const rows: Row[] = []
  for (const cell of how.isShort ? [usual] : cells) {
    how.tell(`N = ${cell.width}, L = ${cell.latencyMs} ms`)
    const batches = sizes.map(size => ({ size, found: [] as Batches[] }))
    const also = async () => {
      if (cell.width !== width) return
      for (const { size, found } of batches) found.push(await measureBatches(size, 2_000 / size, lambda, world))
    }
    const { figures, otherSide } = await measureCell(cell, how.rounds, { ways, world, also })
    const told = { otherSide: Math.round(otherSide * 10) / 10, load: loadNow() }
    rows.push(
      ...batches.flatMap(it => (it.found.length === 0 ? [] : handlerRows(cell, it, figures, told))),
      ...bareRows(cell, figures, told),
    )
  }
  return rows
}

/** The same work in a run of any length: counts, which no load of the machine changes. */
async function countHandler(startFunction: StartFunction, world: World): Promise<Row[]> {
  await world.wechat.setLatency(20)
  const lambda = await startWarm(startFunction, world)
  const first = await measureBatches(100, 1, lambda, world)
  const next = await measureBatches(100, 20, lambda, world)
  await lambda.stop()
  const counted = (what: string, ours: number, most: number, beside: Row['beside']): Row => ({
    ...{ what: `whole handler, ${what}`, ours: Math.round(ours * 10) / 10, beside },
    ...{ worse: 'more', goal: { atMost: most } },
  })
  const naive = 'a call for each row'
  return [
    counted('sockets to WeChat, 21 batches of 100', first.sockets + next.sockets, width, { bound: width }),
    counted('calls of AWS for 100 messages', next.awsCalls, 11, { [naive]: 300 }),
    counted('write units for 100 messages', next.writeUnits, 102, { 'bound: a mark for each': 100 }),
  ]
}

async function countBare(peers: readonly string[], world: World): Promise<Row> {
  const sends = 500
  const { ours = Number.NaN, ...beside } = await countSockets(sends, width, peers, world)
  return {
    what: `bare send: sockets opened for ${sends} sends, N = ${width}`,
    ours,
    beside: { ...beside, bound: width },
    worse: 'more',
  }
}

const bareFigures = [
  { figure: 'share', text: 'of N/L', unit: '%' },
  { figure: 'p50', text: 'p50 of a call', unit: 'ms' },
  { figure: 'p99', text: 'p99 of a call', unit: 'ms' },
  { figure: 'cpuUs', text: 'processor time per message', unit: 'µs' },
] as const

function bareRows({ width, latencyMs }: Cell, figures: Figures, told: Told): Row[] {
  const name = `bare send, N = ${width}, L = ${latencyMs} ms`
  const of = (figure: Figure) => {
    const { ours = Number.NaN, ...beside } = Object.fromEntries(
      Object.entries(figures).map(([way, its]) => [way, spread(its[figure])]),
    )
    const bound = { share: 100, p50: latencyMs, p99: latencyMs, cpuUs: undefined }[figure]
    return { ours, beside: { ...(bound && { bound }), ...beside } }
  }
  return bareFigures.map(({ figure, text, unit }) => ({ what: `${name}: ${text}`, unit, ...of(figure), ...told }))
}

async function measureTrouble(startFunction: StartFunction, world: World, how: How): Promise<Row[]> {
  const rows: Row[] = []
  const { latencyMs } = usual
  await world.wechat.setLatency(latencyMs)
  for (const kind of ['hangs', '40037'] as const) {
    for (const percent of [10, 50]) {
      const template = `a template that ${kind === 'hangs' ? 'hangs' : 'gives 40037'} is ${percent} of 100 messages`
      how.tell(template)
      const lambda = await startWarm(startFunction, world)
      const { alone, besideWell, besideTrouble } = await measureOthers(kind, percent, { lambda, world, latencyMs })
      await lambda.stop()
      rows.push({
        ...{ what: `p99 of the others, ${template}`, unit: 'ms', ours: besideTrouble },
        ...{ beside: { alone, 'beside it well': besideWell }, goal: { atMost: 1.5 * alone }, load: loadNow() },
      })
    }
  }
  return rows
}
