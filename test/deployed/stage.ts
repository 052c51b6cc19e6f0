/** The stage under test, by the commands that its users type. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Ministack } from './ministack.ts'
import { type Ended, type Environment, mustRun, root, run } from './process.ts'

/** As production, which keeps its data. */
export const stage = 'prod'
export const stack = `queqiao-${stage}`

export type Commands = {
  /** `./queqiao <name> --stage … <more>`; whatever its exit code is. */
  tool(name: 'secrets' | 'sync' | 'doctor' | 'static', more?: readonly string[], env?: Environment): Promise<Ended>
  /** `npx --no sls <name> --stage …`; answers what it wrote. */
  sls(name: 'deploy' | 'remove', env?: Environment): Promise<string>
  /** `npx --no sls deploy --stage …`; whatever its exit code is. */
  tryDeploy(env: Environment): Promise<Ended>
  /** A line that docs/deploy.md has people type, with its arguments in place; whatever its exit code is. */
  typed(line: string): Promise<Ended>
}

/** Four values that people type, and what makes the emulator do: see docs/decisions/0014. */
export type Values = {
  readonly appids: Environment
  readonly secrets: Environment
  readonly emulator: Environment
  /** The folder of the checkout. */
  readonly checkout: string
}

export function createCommands({ env }: Ministack, { appids, secrets, emulator, checkout }: Values): Commands {
  const serverless = join(checkout, 'node_modules/serverless/bin/serverless.js')
  const deployment = { ...env, ...appids, ...emulator, BUILD_FOLDER: '.esbuild/deploy-test' }
  const sls = (name: string) => [process.execPath, serverless, name, '--stage', stage]
  return {
    tool: (name, more = [], given = {}) =>
      run([join(checkout, 'queqiao'), name, '--stage', stage, ...more], { ...env, ...secrets, ...given }, checkout),
    sls: (name, more = {}) => mustRun(sls(name), { ...deployment, ...more }, checkout),
    tryDeploy: more => run(sls('deploy'), { ...deployment, ...more }, checkout),
    typed: line =>
      run([process.execPath, serverless, ...line.replace('npx --no sls ', '').split(' ')], deployment, checkout),
  }
}

/** What docs/deploy.md has a newcomer type. */
export async function documentedCommands(): Promise<string[]> {
  const text = await readFile(join(root, 'docs/deploy.md'), 'utf8')
  const [, block = ''] = /^## The four commands\n+```sh\n(.*?)```/ms.exec(text) ?? []
  const lines = block.split('\n').map(it => it.replace(/\s+#.*/, '').trim())
  return lines.filter(it => it !== '')
}

/** Runs a tool that must succeed. */
export async function mustSucceed(ended: Promise<Ended>): Promise<string> {
  const { code, output } = await ended
  if (code !== 0) throw new Error(`it ended with ${code}:\n${output}`)
  return output
}

/** The last line that says something. */
export function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.trim() ?? ''
}
