/** A container: a process that loads the bundle of a function, its first argument, and invokes its handler when it is told to. */

import { randomUUID } from 'node:crypto'

import { openPeer } from '../../kit/peer.ts'
import { endWithParent, usage } from '../../kit/usage.ts'

/** What one invocation answered and took; the processor time is that of the whole process meanwhile. */
export type Invoked = { readonly answer: unknown; readonly ms: number; readonly cpuMs: number }
export type Ran = { readonly invoked: readonly Invoked[]; readonly logBytes: number }

const [file = '', limitMs] = process.argv.slice(2)
let logBytes = 0
// What a function writes goes to the log.
process.stdout.write = (chunk: string | Uint8Array) => {
  logBytes += Buffer.byteLength(chunk)
  return true
}
const { handler } = await import(file)
openPeer(process, { container: { invoke } })
endWithParent()

/** Invokes the handler with one event after the other. */
async function invoke(events: readonly unknown[]): Promise<Ran> {
  const before = logBytes
  const invoked: Invoked[] = []
  for (const event of events) invoked.push(await invokeOnce(event))
  return { invoked, logBytes: logBytes - before }
}

async function invokeOnce(event: unknown): Promise<Invoked> {
  const began = { ms: performance.now(), cpuSeconds: usage().cpuSeconds }
  const until = Date.now() + Number(limitMs)
  const context = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => until - Date.now() }
  const answer: unknown = await handler(event, context)
  return { answer, ms: performance.now() - began.ms, cpuMs: (usage().cpuSeconds - began.cpuSeconds) * 1000 }
}
