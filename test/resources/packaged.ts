/** What `sls package` makes, the users' own command: without an account, a network or a secret. */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import * as v from 'valibot'

import { copyCheckout, emptyFunctions } from '../checkout.ts'
import { oneAtATime } from './one-at-a-time.ts'

const resource = v.looseObject({
  Type: v.string(),
  Condition: v.optional(v.string()),
  DeletionPolicy: v.optional(v.string()),
  UpdateReplacePolicy: v.optional(v.string()),
  Properties: v.optional(v.looseObject({}), {}),
})
const template = v.object({
  Conditions: v.record(v.string(), v.unknown()),
  Resources: v.record(v.string(), resource),
  Outputs: v.record(v.string(), v.looseObject({ Value: v.unknown() })),
})

export type Resource = v.InferOutput<typeof resource>
export type Template = v.InferOutput<typeof template>
export type Environment = Readonly<Record<string, string>>

const root = join(import.meta.dirname, '../..')
const serverless = join(root, 'node_modules/serverless/bin/serverless.js')
const appids = { WECHAT_OFFICIAL_APPID: 'wx0123456789abcdef', WECHAT_MINI_APPID: 'wxfedcba9876543210' }
// Whatever would go out would go to a port where nobody listens.
const nowhere = 'http://127.0.0.1:9'

/** Runs a serverless command in a checkout; of the environment it sees only this and the appids. */
export async function runServerless(args: readonly string[], env: Environment = {}, cwd = root): Promise<string> {
  const { PATH = '' } = process.env
  const HOME = await mkdtemp(join(tmpdir(), 'queqiao-home-'))
  const closed = { PATH, HOME, HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere }
  const options = { cwd, env: { ...closed, ...appids, ...env }, timeout: 200_000 }
  try {
    return (await promisify(execFile)(process.execPath, [serverless, ...args], options)).stdout
  } finally {
    await rm(HOME, { recursive: true, force: true })
  }
}

/** All packages pass through this folder of the checkout, whatever `--package` says. */
const packaging = join(root, 'test/.local/packaging')

/** Packages a stage into a folder of its own; `name` keeps two builds apart. */
export async function packageStage(name: string, env: Environment = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'queqiao-package-'))
  const flags = ['package', '--stage', 'prod', '--package', join(folder, 'out')]
  await oneAtATime(packaging, () => runServerless(flags, { BUILD_FOLDER: `.esbuild/${name}`, ...env }))
  return { folder, ...(await readPackage(folder)) }
}

/**
 * Packages a stage of a checkout that differs in these files, by path, in a copy of it. Its functions are empty: what is in
 * them is told by the checkout itself.
 */
export async function packageCopy(files: Readonly<Record<string, string>>, env: Environment = {}) {
  const { folder, remove } = await copyCheckout({ ...(await emptyFunctions()), ...files })
  try {
    await runServerless(['package', '--stage', 'prod', '--package', join(folder, 'out')], env, folder)
  } catch (error) {
    await remove()
    throw error
  }
  return readPackage(folder)
}

async function readPackage(folder: string) {
  const text = await readFile(join(folder, 'out/cloudformation-template-update-stack.json'), 'utf8')
  const remove = () => rm(folder, { recursive: true, force: true })
  return { text, template: v.parse(template, JSON.parse(text)), remove }
}

/** README's own command, which builds in the folders of the checkout and leaves the package there. */
export function packageHere(): Promise<string> {
  return oneAtATime(packaging, () => runServerless(['package']))
}

/** The resources of one type, by logical name. */
export function resourcesOf({ Resources }: Template, type: string): Record<string, Resource> {
  return Object.fromEntries(Object.entries(Resources).filter(([, it]) => it.Type === type))
}
