/** Peers in other languages than ours: a program each, beside this one, which answers lines of JSON with lines of JSON. */

import { spawn } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'

import * as v from 'valibot'

import { defaultAccounts } from '../../local/wechat/defaults.ts'
import type { SlimPeer } from './peers.ts'

export type Program = {
  readonly name: string
  readonly version: string
  /** What the machine must have, in words; its packages come by the network, once. */
  readonly needs: string
  /** Where it is, with what it is made of. */
  readonly folder: string
  readonly command: readonly [string, ...string[]]
  install(): Promise<void>
}

const answer = v.object({ id: v.number(), value: v.unknown() })

/** Installs and starts it; undefined, after saying why, where that cannot be. */
export async function startProgram(program: Program, tell: (what: string) => void): Promise<SlimPeer | undefined> {
  const { name, needs, install } = program
  try {
    await install()
  } catch (error) {
    const why = error instanceof Error ? error.message.trim().split('\n').at(-1)?.slice(0, 200) : error
    tell(`${name} skipped, which needs ${needs}: ${why}`)
    return undefined
  }
  return run(program)
}

function run({ name, folder, command: [file, ...args] }: Program): SlimPeer {
  const child = spawn(file, args, { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] })
  process.once('exit', () => child.kill())
  const ask = createAsk(name, createInterface({ input: child.stdout }), line => void child.stdin.write(line))
  return {
    name,
    open: async url => void (await ask('open', url, defaultAccounts)),
    send: messages => ask('send', messages),
    login: code => ask('login', code),
    stop: async () => void child.kill(),
  }
}

/** Each line asked is answered by one with its number. */
function createAsk(name: string, lines: Interface, write: (line: string) => void) {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let asked = 0
  lines.on('line', line => {
    const { id, value } = v.parse(answer, JSON.parse(line))
    waiting.get(id)?.resolve(value)
    waiting.delete(id)
  })
  lines.on('close', () => {
    for (const it of waiting.values()) it.reject(new Error(`${name} ended before it answered`))
  })
  return <T>(method: string, ...args: readonly unknown[]): Promise<T> => {
    const wait = Promise.withResolvers<unknown>()
    waiting.set(++asked, wait)
    write(`${JSON.stringify({ id: asked, method, args })}\n`)
    return wait.promise as Promise<T>
  }
}
