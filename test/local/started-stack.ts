/** `npm start` and the other commands as processes, each of which finds its `.env` in the folder where it runs. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { pickFreePorts } from '../../local/ports.ts'

const checkout = join(import.meta.dirname, '../..')

type Env = Readonly<Record<string, string | undefined>>

/** Makes a folder with this `.env`, and ports of its own for what is started there; `root` is the project's, `more` the environment's. */
export async function openFolder(dotEnv: string, root = checkout, more: Env = {}) {
  const ports = await pickFreePorts('127.0.0.1')
  const entries = Object.entries(ports).map(([name, port]) => [`${name.toUpperCase()}_PORT`, `${port}`])
  const env: Env = { PATH: process.env.PATH, ...Object.fromEntries(entries), ...more }
  const cwd = await mkdtemp(join(tmpdir(), 'queqiao-account-'))
  await writeFile(join(cwd, '.env'), dotEnv)

  return {
    ports,
    /** Runs a command to its end, as `tools/queqiao.cjs`. */
    async run(file: string, ...args: readonly string[]) {
      const child = spawn(process.execPath, [join(root, file), ...args], { cwd, env })
      const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
      return { out, told: out + errors, code }
    },
    start: () => startIn(join(root, 'local/start.ts'), cwd, env),
    remove: () => rm(cwd, { recursive: true }),
  }
}

/** Starts the stack, and waits until it says how to stop it; throws with its output if it ends before. */
async function startIn(file: string, cwd: string, env: Env) {
  const child = spawn(process.execPath, [file], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const exit = once(child, 'exit')
  let output = ''
  const { promise: isReady, resolve } = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      output += text
      if (output.includes('Ctrl-C stops')) resolve()
    })
  }
  const ended = exit.then(() => Promise.reject(new Error(output)))
  ended.catch(() => undefined)
  await Promise.race([isReady, ended])
  return {
    output: () => output,
    /** Answers with its exit code. */
    async stop() {
      child.kill('SIGTERM')
      return (await exit)[0]
    },
  }
}
