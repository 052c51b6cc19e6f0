/** A peer in a process of its own: it sends and logs in as it is asked to, and tells what came of it. */

import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import { openPeer } from '../../kit/peer.ts'
import { endWithParent, usage } from '../../kit/usage.ts'
import { inParallel } from '../../lib/pool.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { watchSockets } from './sockets.ts'

export type PeerMessage = {
  readonly openid: string
  readonly templateId: string
  readonly data: Readonly<Record<string, { readonly value: string }>>
}
/** What a caller gets: the answer's errcode and msgid as texts, or all that an error shows. */
export type Told = {
  readonly errcode?: string
  readonly msgid?: string
  readonly answer?: string
  readonly thrown?: { readonly message: string; readonly stack: string; readonly properties: string }
}
export type Timed = {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly sockets: number
  /** Of each call, in milliseconds. */
  readonly latencies: readonly number[]
}

type Client = {
  send(message: PeerMessage): Promise<unknown>
  login?(code: string): Promise<unknown>
}

/** A way to send, by its file. */
export type Way = { open(url: string, accounts: typeof defaultAccounts, sockets: number): Client }

const [file = ''] = process.argv.slice(2)
const { open }: Way = await import(file)
let client: Client
const sockets = watchSockets()

openPeer(process, { peer: { open: openAt, send, login, time } })
endWithParent()

/** A new client, which knows no token, of the WeChat at this address; ours has to be told how many sockets it may have. */
function openAt(url: string, width = 50): void {
  client = open(url, defaultAccounts, width)
}

/** All at once. */
function send(messages: readonly PeerMessage[]): Promise<Told[]> {
  return Promise.all(messages.map(it => tellOf(() => client.send(it))))
}

/** Undefined where the peer has no login. */
async function login(code: string): Promise<Told | undefined> {
  const { login } = client
  return login && tellOf(() => login(code))
}

/** The same message so often, so many at once; one more before it fetches the token. */
async function time(message: PeerMessage, count: number, width: number): Promise<Timed> {
  const socketsBefore = sockets()
  await client.send(message)
  const latencies: number[] = []
  const began = { ms: performance.now(), cpuSeconds: usage().cpuSeconds }
  await inParallel(Array(count).fill(message), width, async () => {
    const at = performance.now()
    await client.send(message)
    latencies.push(performance.now() - at)
  })
  const seconds = (performance.now() - began.ms) / 1000
  const cpuSeconds = usage().cpuSeconds - began.cpuSeconds
  return { seconds, cpuSeconds, sockets: sockets() - socketsBefore, latencies }
}

/** A call that never ends is one without an answer: Lambda would cut it. */
const limitMs = 6_000

async function tellOf(call: () => Promise<unknown>): Promise<Told> {
  try {
    const answer = await Promise.race([call(), cutAfter(limitMs)])
    const { errcode, msgid } = (answer ?? {}) as { errcode?: unknown; msgid?: unknown }
    return {
      answer: JSON.stringify(answer) ?? '',
      ...(errcode === undefined ? {} : { errcode: String(errcode) }),
      ...(msgid === undefined ? {} : { msgid: String(msgid) }),
    }
  } catch (error) {
    const { message, stack = '' } = error as Error
    return { thrown: { message, stack, properties: inspect(error, { depth: 8 }).slice(0, 200_000) } }
  }
}

async function cutAfter(ms: number): Promise<never> {
  await delay(ms, undefined, { ref: false })
  throw new Error(`no answer within ${ms} ms`)
}
