/** `static`: uploads what is new or changed, and tells where it all is. */

import { staticPrefix } from '../../lib/files/static-name.ts'
import { findPlace, type Place, whereIs } from '../../local/stage/place.ts'
import { UsageError } from '../command/options.ts'
import { type Session, type Start, whileAsking } from '../command/session.ts'
import { counted, inThousands } from '../command/words.ts'
import { type Address, findAddress } from './address.ts'
import { type Found, findFiles } from './find-files.ts'
import { commandFor, type Options, parseOptions } from './options.ts'
import { type Plan, planUpload } from './plan.ts'
import { openStaticStore, type StaticStore } from './store.ts'
import { digestFiles, upload } from './upload.ts'

type StaticDeps = Pick<Session, 'screen' | 'signal'> & {
  readonly place: Place
  readonly address: () => Promise<Address>
  readonly open: (bucket: string) => StaticStore
}

const namesTold = 20

export const start: Start = async (args, session) => {
  const options = parseOptions(args, session.env)
  const place = findPlace(options, 's3', session.env)
  const { signal } = session
  return runStatic(options, {
    ...session,
    place,
    address: () => findAddress(place, session),
    open: bucket => openStaticStore({ place, bucket, signal }),
  })
}

/** Runs the command; answers its exit code. Throws UsageError if there is no such folder. */
export async function runStatic(options: Options, deps: StaticDeps): Promise<number> {
  const left = () => 'Stopped; what is uploaded stays, and the next run goes on. · 已停止，下次运行继续'
  return whileAsking(deps, () => publish(options, deps), { left })
}

async function publish(options: Options, deps: StaticDeps): Promise<number> {
  const { screen, place } = deps
  const found = await lookInto(options.folder)
  const { bucket, url } = await deps.address()
  screen.line(
    `The static files of stage ${options.stage}, ${options.folder} → ${bucket} (${whereIs(place)}) · 静态文件`,
  )
  tellNames('left out · 未上传', found.leftOut, deps)
  if (isRefused(found.problems, deps)) return 1
  const store = deps.open(bucket)
  const [stored, files] = await Promise.all([store.list(), digestFiles(found.files, deps.signal)])
  const plan = planUpload(files, stored)
  await upload(plan.steps, store, deps)
  await prune(plan, store, { options, deps })
  const uploaded = plan.steps.flat().map(it => it.key)
  screen.json({ url: `${url}/${staticPrefix}`, uploaded, unchanged: plan.unchanged, gone: plan.gone })
  const count = `${counted(uploaded.length, 'object')} uploaded, ${inThousands(plan.unchanged)} as before`
  screen.line(`✓ ${counted(files.length, 'file')}: ${count} · 已上传`)
  screen.line(`  ${url}/${staticPrefix}…`)
  return 0
}

async function lookInto(folder: string): Promise<Found> {
  try {
    return await findFiles(folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
    throw new UsageError(`there is no folder ${folder}: make it, or name another with --folder`)
  }
}

type Run = { readonly options: Options; readonly deps: StaticDeps }

async function prune({ gone }: Plan, store: StaticStore, { options, deps }: Run): Promise<void> {
  if (gone.length === 0) return
  if (!options.isPruning) {
    const command = commandFor(options, ['--prune'])
    deps.screen.line(`  ${counted(gone.length, 'object')} of before stay; to remove them · 删除旧文件: ${command}`)
    return
  }
  tellNames('removed · 删除', gone, deps)
  await store.remove(gone)
}

function isRefused(problems: readonly string[], { screen }: StaticDeps): boolean {
  if (problems.length === 0) return false
  screen.problem('✗ nothing was uploaded · 未上传:')
  for (const it of told(problems)) screen.problem(`  ${it}`)
  return true
}

function tellNames(what: string, names: readonly string[], { screen }: StaticDeps): void {
  if (names.length === 0) return
  screen.line(`  ${inThousands(names.length)} ${what}:`)
  for (const it of told(names)) screen.line(`    ${it}`)
}

/** The first of many, and how many more there are. */
function told(names: readonly string[]): string[] {
  const more = names.length - namesTold
  return [...names.slice(0, namesTold), ...(more > 0 ? [`and ${inThousands(more)} more`] : [])]
}
