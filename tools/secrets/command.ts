/** `secrets`: asks for and makes what a stage has no secret of yet, and replaces what is to be rotated. */

import { commandLine } from '../command/options.ts'
import { type Start, whileAsking } from '../command/session.ts'
import { inChina } from '../command/words.ts'
import { type AppsecretDeps, getAppsecrets, isAppsecret } from './appsecrets.ts'
import { showForConsole } from './console-lines.ts'
import { makeSecret } from './make.ts'
import { derivedName, type SecretName, type StoredName, secretNames } from './names.ts'
import { type Options, parseOptions, spec } from './options.ts'
import { readPublicKeys, rotateSessionKeys } from './rotate-session-keys.ts'
import { openSecretStore, type SecretStore } from './store.ts'

type SecretsDeps = AppsecretDeps & {
  readonly store: SecretStore
  /** Whether what is written goes to a terminal, not into a file or the log of a pipeline. */
  readonly isWatched: boolean
}

export const start: Start = async (args, session) => {
  const options = parseOptions(args, session.env)
  const { stdin: input, stderr: output, stdout } = process
  const terminal = input.isTTY ? { input, output } : undefined
  const store = openSecretStore(options, session.signal)
  return runSecrets(options, { ...session, terminal, store, isWatched: stdout.isTTY === true })
}

/** Runs the command; answers its exit code. Throws SettingsError where the environment is wrong. */
export async function runSecrets(options: Options, deps: SecretsDeps): Promise<number> {
  const run = async () => {
    await provide(options, deps)
    return 0
  }
  const left = () => 'Stopped; what is told above as written stays. · 已停止，以上已写入的保留'
  return whileAsking(deps, run, { left })
}

async function provide(options: Options, deps: SecretsDeps): Promise<void> {
  const { store, screen } = deps
  screen.line(`The secrets of stage ${options.stage}, ${store.prefix}/… (${store.region}) · 密钥`)
  const dates = await store.dates()
  const wanted = secretNames.filter(it => !dates.has(it) || options.rotate.includes(it))
  for (const name of secretNames.filter(it => !wanted.includes(it)))
    screen.line(`  ${inColumn(name)}  is there, of ${inChina(dates.get(name) ?? 0)}`)

  const isKeyRotated = wanted.includes('session-keys') && dates.has('session-keys')
  const values = await collect(
    wanted.filter(it => !(isKeyRotated && it === 'session-keys')),
    deps,
  )
  await writeAll(values, dates, deps)
  const isPublished = await publish(values.get('session-keys'), dates, deps)
  await showForConsole(values, { options, dates, ...deps })
  if (isKeyRotated) await rotateSessionKeys(store, deps)
  screen.line(describeNext(isPublished ? [...wanted, derivedName] : wanted, dates, options))
}

/** All is there before anything is written: who stops at a question has changed nothing. */
async function collect(names: readonly SecretName[], deps: SecretsDeps): Promise<Map<SecretName, string>> {
  const values = new Map<SecretName, string>(await getAppsecrets(names.filter(isAppsecret), deps))
  for (const name of names) if (!isAppsecret(name)) values.set(name, await makeSecret(name))
  return values
}

async function writeAll(
  values: ReadonlyMap<SecretName, string>,
  dates: ReadonlyMap<StoredName, number>,
  { store, screen, signal }: SecretsDeps,
): Promise<void> {
  for (const [name, value] of values) {
    signal.throwIfAborted()
    const isThere = dates.has(name)
    await store.write(name, value, isThere ? 'replace' : 'new')
    screen.line(`✓ ${inColumn(name)}  ${isThere ? 'replaced · 已替换' : 'written · 已写入'}`)
  }
}

/** The functions that only check sessions read this alone; it is made of the key that signs. */
async function publish(made: string | undefined, dates: ReadonlyMap<StoredName, number>, deps: SecretsDeps) {
  const { store, screen } = deps
  if (made === undefined && dates.has(derivedName)) return false
  const keys = made ?? (await store.read('session-keys')) ?? ''
  await store.write(derivedName, readPublicKeys(keys, store.prefix), dates.has(derivedName) ? 'replace' : 'new')
  screen.line(`✓ ${inColumn(derivedName)}  made of session-keys · 已生成`)
  return true
}

const longest = Math.max(...[...secretNames, derivedName].map(it => it.length))

function inColumn(name: StoredName): string {
  return name.padEnd(longest)
}

function describeNext(wanted: readonly StoredName[], dates: ReadonlyMap<StoredName, number>, options: Options): string {
  if (wanted.length === 0)
    return `All is there, nothing was written; to replace: ${commandLine(spec.verb, options, ['--rotate', '<name>'])} · 均已存在`
  if (wanted.every(it => dates.has(it)))
    return '✓ The functions take it within five minutes, without a deployment. · 五分钟内生效，无需重新部署'
  return `Next · 下一步: npx --no sls deploy --stage ${options.stage} --region ${options.region}`
}
