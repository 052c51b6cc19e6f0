/** Where the sender's processor time goes: a profile of the handler by node's own profiler, drawn as a flame graph. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { drawFlame } from '../flame/draw.ts'
import { type Frame, foldProfile, ownersOf } from '../flame/fold.ts'
import type { How } from '../part.ts'
import { measureBatches, startWarm } from './handler.ts'
import { startFromSources } from './processes.ts'
import type { World } from './world.ts'

const file = join(import.meta.dirname, '../../docs/images/sender-flame.svg')
const batches = 60
const title = `The sender's processor time: ${100 * batches} messages in batches of 100`

/** Writes docs/images/sender-flame.svg, of a function that is warm; answers whose time it is. */
export async function drawProfile(world: World, { tell }: Pick<How, 'tell'>): Promise<string> {
  tell('a profile of the handler')
  const lambda = await startWarm(startFromSources, world)
  await measureBatches(100, batches / 3, lambda, world)
  await lambda.startProfile()
  await measureBatches(100, batches, lambda, world)
  const flame = foldProfile(await lambda.stopProfile())
  await lambda.stop()
  await writeFile(file, drawFlame(flame, title))
  return costliest(flame)
}

/** Those that are worth a look: none has less than a fiftieth. */
function costliest(flame: Frame): string {
  const shares = ownersOf(flame).map(([owner, us]) => ({ owner, percent: (100 * us) / flame.us }))
  const worth = shares.filter(it => it.percent >= 2)
  return worth.map(({ owner, percent }) => `${owner} ${percent.toFixed(0)} %`).join(', ')
}
