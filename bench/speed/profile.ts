/** Where the sender's processor time goes: a profile of the handler by node's own profiler, drawn as a flame graph. */

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { drawFlame } from '../flame/draw.ts'
import { type Frame, foldProfile, ownersOf } from '../flame/fold.ts'
import type { How } from '../part.ts'
import { measureBatches, startWarm } from './handler.ts'
import { startProfiled } from './processes.ts'
import type { World } from './world.ts'

const file = join(import.meta.dirname, '../../docs/images/sender-flame.svg')
const batches = 60

/** Writes docs/images/sender-flame.svg, of batches of 100; answers whose time it is. */
export async function drawProfile(world: World, { tell }: How): Promise<string> {
  tell('a profile of the handler')
  const folder = await mkdtemp(join(tmpdir(), 'queqiao-profile-'))
  try {
    const lambda = await startWarm(urls => startProfiled(urls, folder), world)
    await measureBatches(100, batches, lambda, world)
    await lambda.stop()
    const [profile = ''] = (await readdir(folder)).filter(it => it.endsWith('.cpuprofile'))
    const flame = foldProfile(JSON.parse(await readFile(join(folder, profile), 'utf8')))
    await writeFile(file, drawFlame(flame, `The sender's processor time: ${100 * batches} messages in batches of 100`))
    return costliest(flame)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Those that are worth a look: none has less than a fiftieth. */
function costliest(flame: Frame): string {
  const shares = ownersOf(flame).map(([owner, us]) => ({ owner, percent: (100 * us) / flame.us }))
  const worth = shares.filter(it => it.percent >= 2)
  return worth.map(({ owner, percent }) => `${owner} ${percent.toFixed(0)} %`).join(', ')
}
