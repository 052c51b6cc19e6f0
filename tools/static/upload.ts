/** Reads and uploads files, several at once, and shows how far it is. */

import { inParallel } from '../../lib/pool.ts'
import { renderShare } from '../command/bar.ts'
import type { Session } from '../command/session.ts'
import { inThousands } from '../command/words.ts'
import { digestFile } from './digest.ts'
import type { FoundFile } from './find-files.ts'
import type { DigestedFile, Plan, Upload } from './plan.ts'
import type { StaticStore } from './store.ts'

type Watched = Pick<Session, 'screen' | 'signal'>

const atOnce = 8
/** Files are held in memory while they are on their way: larger ones go one by one. */
const largeBytes = 8_000_000

/** Reads what each file is known by. */
export async function digestFiles(files: readonly FoundFile[], deps: Watched): Promise<DigestedFile[]> {
  const digested: DigestedFile[] = []
  const show = showing('read', { files: files.length, bytes: sumOf(files) }, deps)
  await inParallel(files, atOnce, async file => {
    digested.push({ ...file, ...(await digestFile(file.path, deps.signal)) })
    show(file.size)
  })
  return digested.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Puts all that a plan names, step by step. */
export async function upload(steps: Plan['steps'], store: StaticStore, deps: Watched): Promise<void> {
  const all = steps.flat()
  const show = showing('uploaded', { files: all.length, bytes: sumOf(all) }, deps)
  const put = async (it: Upload) => {
    deps.signal.throwIfAborted()
    await store.put(it)
    show(it.size)
  }
  for (const step of steps) {
    const isLarge = (it: Upload) => it.size > largeBytes
    await inParallel(
      step.filter(it => !isLarge(it)),
      atOnce,
      put,
    )
    await inParallel(step.filter(isLarge), 1, put)
  }
}

type Amount = { readonly files: number; readonly bytes: number }

function showing(what: string, total: Amount, { screen }: Watched) {
  let [count, bytes] = [0, 0]
  return (size: number) => {
    count += 1
    bytes += size
    const mb = `${inMegabytes(bytes)}/${inMegabytes(total.bytes)} MB`
    const facts = `${what} ${inThousands(count)}/${inThousands(total.files)} · ${mb}`
    screen.progress({ bar: `  ${renderShare(count / total.files)}  ${facts}`, facts })
  }
}

function inMegabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1)
}

function sumOf(files: readonly { readonly size: number }[]): number {
  return files.reduce((sum, it) => sum + it.size, 0)
}
