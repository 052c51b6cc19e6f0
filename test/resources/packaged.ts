/** What `sls package` makes, the users' own command: without an account, a network or a secret. */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import * as v from 'valibot'

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

const serverless = join(import.meta.dirname, '../../node_modules/serverless/bin/serverless.js')
const appids = { WECHAT_OFFICIAL_APPID: 'wx0123456789abcdef', WECHAT_MINI_APPID: 'wxfedcba9876543210' }
// Whatever would go out would go to a port where nobody listens.
const nowhere = 'http://127.0.0.1:9'

/** Runs a serverless command; of the environment it sees only this and the appids. */
export async function runServerless(args: readonly string[], env: Environment = {}): Promise<string> {
  const { PATH = '' } = process.env
  const HOME = await mkdtemp(join(tmpdir(), 'queqiao-home-'))
  const closed = { PATH, HOME, HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere }
  const options = { env: { ...closed, ...appids, ...env }, timeout: 200_000 }
  try {
    return (await promisify(execFile)(process.execPath, [serverless, ...args], options)).stdout
  } finally {
    await rm(HOME, { recursive: true, force: true })
  }
}

/** All packages pass through this folder of the checkout, whatever `--package` says. */
const packaging = join(import.meta.dirname, '../.local/packaging')

/** Packages a stage into a folder of its own; `name` keeps two builds apart. */
export async function packageStage(name: string, env: Environment = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'queqiao-package-'))
  const flags = ['package', '--stage', 'prod', '--package', join(folder, 'out')]
  await oneAtATime(packaging, () => runServerless(flags, { BUILD_FOLDER: `.esbuild/${name}`, ...env }))
  const text = await readFile(join(folder, 'out/cloudformation-template-update-stack.json'), 'utf8')
  return {
    folder,
    text,
    template: v.parse(template, JSON.parse(text)),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** README's own command, which builds in the folders of the checkout and leaves the package there. */
export function packageHere(): Promise<string> {
  return oneAtATime(packaging, () => runServerless(['package']))
}

/** The resources of one type, by logical name. */
export function resourcesOf({ Resources }: Template, type: string): Record<string, Resource> {
  return Object.fromEntries(Object.entries(Resources).filter(([, it]) => it.Type === type))
}
