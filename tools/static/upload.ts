/** Reads and uploads files, several at once, and shows how far it is. */

import { inParallel } from '../../lib/pool.ts'
import { renderShare } from '../command/bar.ts'
import type { Session } from '../command/session.ts'
import { inThousands } from '../command/words.ts'
import { digestFile } from './digest.ts'
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
      const facts = `uploaded ${inThousands(count)}/${inThousands(total)}`
      screen.progress({ bar: `  ${renderShare(count / total)}  ${facts}`, facts })
    })
  }
}
