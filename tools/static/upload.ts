/** Reads and uploads files, several at once, and shows how far it is. */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

import { inParallel } from '../../lib/pool.ts'
import type { Session } from '../command/session.ts'
import { inThousands } from '../command/words.ts'
import type { FoundFile } from './find-files.ts'
import type { DigestedFile, Plan } from './plan.ts'
import type { StaticStore } from './store.ts'

/** Files are held in memory while they are on their way. */
const atOnce = 4

/** Reads what each file is known by. */
export async function digestFiles(files: readonly FoundFile[], signal: AbortSignal): Promise<DigestedFile[]> {
  const digested: DigestedFile[] = []
  await inParallel(files, atOnce, async file => {
    digested.push({ ...file, md5: await digestFile(file.path, signal) })
  })
  return digested.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** The MD5 in hexadecimal, as S3 tells it of an object that was put in one piece; read piece by piece. */
async function digestFile(path: string, signal: AbortSignal): Promise<string> {
  const md5 = createHash('md5')
  for await (const piece of createReadStream(path, { signal })) md5.update(piece)
  return md5.digest('hex')
}

/** Puts all that a plan names, step by step. */
export async function upload(
  steps: Plan['steps'],
  store: StaticStore,
  { screen, signal }: Pick<Session, 'screen' | 'signal'>,
): Promise<void> {
  const total = steps.flat().length
  let count = 0
  for (const step of steps) {
    await inParallel(step, atOnce, async it => {
      signal.throwIfAborted()
      await store.put(it)
      count += 1
      screen.progress(`uploaded ${inThousands(count)}/${inThousands(total)}`, count / total)
    })
  }
}
