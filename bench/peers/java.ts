/** WxJava, where there is Java with Maven: installed into a folder beside it, and driven by lines of JSON. */

import { execFile, spawn } from 'node:child_process'
import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { promisify } from 'node:util'

import * as v from 'valibot'

import { defaultAccounts } from '../../local/wechat/defaults.ts'
import type { SlimPeer } from './peers.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, 'java')
/** That the packages are all there. */
const mark = join(folder, 'target/installed')
const answer = v.object({ id: v.number(), value: v.unknown() })

/** As pom.xml has it. */
export const wxJava = { name: 'WxJava', version: '4.7.0' }

/** Starts it; undefined where there is no Java, no Maven, or no way to its repository. */
export async function startJava(): Promise<SlimPeer | undefined> {
  try {
    await run('java', ['-version'])
    await access(mark).catch(install)
  } catch {
    return undefined
  }
  const child = spawn('java', ['-cp', 'target/lib/*', 'Peer.java'], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] })
  process.once('exit', () => child.kill())
  const ask = createAsk(createInterface({ input: child.stdout }), line => void child.stdin.write(line))
  return {
    name: wxJava.name,
    open: async url => void (await ask('open', url, defaultAccounts)),
    send: messages => ask('send', messages),
    login: code => ask('login', code),
    stop: async () => void child.kill(),
  }
}

async function install(): Promise<void> {
  const goal = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=target/lib']
  await run('mvn', goal, { cwd: folder, timeout: 300_000 })
  await writeFile(mark, '')
}

/** Each line asked is answered by one with its number. */
function createAsk(lines: Interface, write: (line: string) => void) {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let asked = 0
  lines.on('line', line => {
    const { id, value } = v.parse(answer, JSON.parse(line))
    waiting.get(id)?.resolve(value)
    waiting.delete(id)
  })
  lines.on('close', () => {
    for (const it of waiting.values()) it.reject(new Error('Java ended before it answered'))
  })
  return <T>(method: string, ...args: readonly unknown[]): Promise<T> => {
    const wait = Promise.withResolvers<unknown>()
    waiting.set(++asked, wait)
    write(`${JSON.stringify({ id: asked, method, args })}\n`)
    return wait.promise as Promise<T>
  }
}
