/** Programs that are run to their end, with an environment of their own and without a word unless they fail. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'

export type Environment = Readonly<Record<string, string>>
export type Ended = { readonly code: number | null; readonly output: string }

export const root = join(import.meta.dirname, '../..')

/** Runs a program, from the project's folder unless another one is given. */
export function run(command: readonly string[], env: Environment, cwd = root): Promise<Ended> {
  const [program = '', ...args] = command
  const { promise, resolve, reject } = Promise.withResolvers<Ended>()
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
  child.once('error', reject)
  child.once('close', code => resolve({ code, output }))
  return promise
}

/** The same, where only success will do; answers what it wrote. */
export async function mustRun(command: readonly string[], env: Environment, cwd = root): Promise<string> {
  const { code, output } = await run(command, env, cwd)
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${output}`)
  return output
}
