/**
 * A million followers synced for the first time, synced again, and again after people followed and unfollowed: against WeChat in
 * a box, with stores that answer from memory. Three processes: the box, the function, and this one with the stores.
 *
 * Ends with 1 if a demand is missed. `--followers 50000` is quicker, `--latency 0` shows what our own work costs, and
 * `--seed` repeats who follows and unfollows. `node --cpu-prof bench/followers.ts` profiles all three.
 */

import { parseArgs } from 'node:util'

import { endOnSignal, say, wholeNumber } from '../kit/command.ts'
import { createRandom } from '../kit/random.ts'
import { batchSize } from '../lib/followers/follower-batches.ts'
import { pageSize } from '../lib/sync/plan.ts'
import { runBareLoop } from './followers/bare-loop.ts'
import { createCrowd } from './followers/crowd.ts'
import { atOnce, boundOf, judgeMemory, judgeSpeed, judgeSync, type Sync } from './followers/demands.ts'
import { measure } from './followers/measure.ts'
import { renderFigures, renderReference, renderVerdicts } from './followers/report.ts'
import { compareWithBox, countRight } from './followers/right-links.ts'
import type { Counts } from './followers/stores.ts'
import { openWorld } from './followers/world.ts'
import { withProgress } from './progress.ts'

const dayMs = 86_400_000
const { values } = parseArgs({
  options: {
    followers: { type: 'string', default: '1000000' },
    latency: { type: 'string', default: '100' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
  },
})
const [followers, latencyMs, seed] = [
  wholeNumber('followers', values.followers, 100),
  wholeNumber('latency', values.latency),
  wholeNumber('seed', values.seed),
]

endOnSignal()

say(`${followers.toLocaleString('en')} followers, WeChat answers after ${latencyMs} ms, seed ${seed}\n\n`)
let syncsDone = 0
const world = await openWorld(latencyMs)
const random = createRandom(seed)
const crowd = createCrowd(world.control, random)
const syncs = await runSyncs()
const bareSeconds = await runReference()
await world.close()
report()

/** Four of them, a day apart. */
async function runSyncs(): Promise<Sync[]> {
  await crowd.come(followers)
  const first = await sync('first', { added: followers, removed: 0 })
  const second = await sync('nothing changed', { added: 0, removed: 0 })
  const added = Math.ceil(followers / 500) + random(500)
  const leavers = await crowd.leave(Math.min(1_000, Math.ceil(followers / 10)))
  await crowd.come(added)
  await crowd.passBy(10)
  const third = await sync('added and removed', { added, removed: leavers.length })
  const returned = leavers.slice(0, Math.ceil(leavers.length / 3))
  await crowd.comeBack(returned)
  const fourth = await sync('some returned', { added: returned.length, removed: 0 })
  return [first, second, third, fourth]
}

/** Syncs and links, and looks at what became of everybody. */
async function sync(title: string, change: { added: number; removed: number }): Promise<Sync> {
  const aheadMs = syncsDone++ * dayMs
  const part = partOf({ ...world.counts }, change)
  const measured = await withProgress(title, () => measure(world, aheadMs), part)
  await compareWithBox(crowd, world.control, random)
  const right = countRight(crowd, world.rows)
  await world.control('/clock', { advance: dayMs })
  const { people } = crowd
  return { ...measured, ...change, title, followers: people.followers(), right, people: people.size() }
}

/** How much of a sync is done: the pages, and those who are to be linked. */
function partOf(before: Counts, { added, removed }: { added: number; removed: number }): () => number {
  const { counts } = world
  const pages = Math.ceil(crowd.people.followers() / pageSize)
  return () =>
    Math.min(
      (counts.checkpoints - before.checkpoints) / pages,
      added + removed === 0 ? 1 : (counts.followersWritten - before.followersWritten) / (added + removed),
    )
}

function runReference(): Promise<number> {
  const batches = Math.ceil(followers / batchSize)
  const loop = { url: world.url, people: crowd.people, batches, width: atOnce }
  return withProgress('bare loop', tell => runBareLoop(loop, done => tell(done / batches)))
}

function report(): void {
  const [first] = syncs
  const last = syncs.at(-1)
  if (first === undefined || last === undefined) return
  const bound = boundOf({ followers, latencyMs })
  const verdicts = [...syncs.flatMap(judgeSync), judgeSpeed(first, bound), judgeMemory(first), judgeMemory(last)]
  say([renderVerdicts(verdicts), renderFigures(syncs), renderReference(first, bound, bareSeconds)].join('\n'))
  process.exitCode = verdicts.some(it => it.isMet === false) ? 1 : 0
}
