/** `secrets`: asks for and makes what a stage has no secret of yet, and replaces what is to be rotated. */

import type { App } from '../../lib/apps.ts'
import { appArgs } from '../command/apps.ts'
import { commandLine } from '../command/options.ts'
import { type Start, whileAsking } from '../command/session.ts'
import { inChina } from '../command/words.ts'
import { type AppsecretDeps, getAppsecrets, isAppsecret } from './appsecrets.ts'
import { showForConsole } from './console-lines.ts'
import { writeForwardKeys } from './forward.ts'
import { makeSecret } from './make.ts'
import { derivedName, type Secret, type SecretName, secretsOf } from './names.ts'
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
  return runSecrets(options, { ...session, terminal, store, apps: options.apps, isWatched: stdout.isTTY === true })
}

/** Runs the command; answers its exit code. Throws SettingsError where the environment is wrong. */
export async function runSecrets(options: Options, deps: SecretsDeps): Promise<number> {
  const run = async () => {
    await (options.forward === undefined ? provide(options, deps) : writeForwardKeys(options.forward, deps))
    return 0
  }
  const left = () => 'Stopped; what is told above as written stays. · 已停止，以上已写入的保留'
  return whileAsking(deps, run, { left })
}

async function provide(options: Options, deps: SecretsDeps): Promise<void> {
  const { store, screen } = deps
  screen.line(`The secrets of stage ${options.stage}, ${store.prefix}/… (${store.region}) · 密钥`)
  const secrets = secretsOf(options.apps, options)
  const dates = await store.dates(storedNames(secrets))
  const wanted = secrets.filter(it => !dates.has(it.name) || options.rotate.includes(it.name))
  const inColumn = columnOf(secrets)
  for (const { name } of secrets.filter(it => !wanted.includes(it)))
    screen.line(`  ${inColumn(name)}  is there, of ${inChina(dates.get(name) ?? 0)}`)

  const isKeyRotated = wanted.some(isSessionKeys) && dates.has('session-keys')
  const values = await collect(
    wanted.filter(it => !(isKeyRotated && isSessionKeys(it))),
    deps,
  )
  const told = { dates, inColumn, ...deps }
  await writeAll(values, told)
  const isPublished = secrets.some(isSessionKeys) && (await publish(values.get('session-keys'), told))
  await showForConsole(appsIn(secrets), values, { options, dates, ...deps })
  if (isKeyRotated) await rotateSessionKeys(store, deps)
  const names = wanted.map(it => it.name)
  screen.line(describeNext(isPublished ? [...names, derivedName] : names, dates, options))
}

function storedNames(secrets: readonly Secret[]): SecretName[] {
  return secrets.flatMap(it => (isSessionKeys(it) ? [it.name, derivedName] : it.name))
}

function isSessionKeys({ kind }: Secret): boolean {
  return kind === 'session-keys'
}

function appsIn(secrets: readonly Secret[]): App[] {
  return [...new Set(secrets.flatMap(it => ('app' in it ? it.app : [])))]
}

/** All is there before anything is written: who stops at a question has changed nothing. */
async function collect(secrets: readonly Secret[], deps: SecretsDeps): Promise<Map<SecretName, string>> {
  const values = await getAppsecrets(secrets.filter(isAppsecret), deps)
  for (const { name, kind } of secrets) if (kind !== 'appsecret') values.set(name, await makeSecret(kind))
  return values
}

type Told = SecretsDeps & {
  readonly dates: ReadonlyMap<SecretName, number>
  readonly inColumn: (name: SecretName) => string
}

async function writeAll(values: ReadonlyMap<SecretName, string>, told: Told): Promise<void> {
  const { store, screen, signal, dates, inColumn } = told
  for (const [name, value] of values) {
    signal.throwIfAborted()
    const isThere = dates.has(name)
    await store.write(name, value, isThere ? 'replace' : 'new')
    screen.line(`✓ ${inColumn(name)}  ${isThere ? 'replaced · 已替换' : 'written · 已写入'}`)
  }
}

/** The functions that only check sessions read this alone; it is made of the key that signs. */
async function publish(made: string | undefined, { store, screen, dates, inColumn }: Told): Promise<boolean> {
  if (made === undefined && dates.has(derivedName)) return false
  const keys = made ?? (await store.read('session-keys')) ?? ''
  await store.write(derivedName, readPublicKeys(keys, store.prefix), dates.has(derivedName) ? 'replace' : 'new')
  screen.line(`✓ ${inColumn(derivedName)}  made of session-keys · 已生成`)
  return true
}

function columnOf(secrets: readonly Secret[]): Told['inColumn'] {
  const longest = Math.max(...storedNames(secrets).map(it => it.length))
  return name => name.padEnd(longest)
}

function describeNext(wanted: readonly SecretName[], dates: ReadonlyMap<SecretName, number>, options: Options): string {
  if (wanted.length === 0)
    return `All is there, nothing was written; to replace: ${commandLine(spec.verb, options, [...appArgs(options), '--rotate', '<name>'])} · 均已存在`
  if (wanted.every(it => dates.has(it)))
    return '✓ The functions take it within five minutes, without a deployment. · 五分钟内生效，无需重新部署'
  return `Next · 下一步: npx --no sls deploy --stage ${options.stage} --region ${options.region}`
}
