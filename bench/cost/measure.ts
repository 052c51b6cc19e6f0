/** Runs the functions of each way, and counts what they ask. */

import { join } from 'node:path'

import type { PerMillion } from '../../tools/costs/month.ts'
import { miniOpenidOf } from '../aws/fill.ts'
import { type Aws, startAws } from '../aws/start.ts'
import type { Ran } from '../lambda/container.ts'
import { queueEvent, receiptEvent } from '../lambda/events.ts'
import { ourFunction, startFunction } from '../lambda/start.ts'
import { installPeers } from '../peers/install.ts'
import { openidOf, unionidOf } from '../wechat/ids.ts'
import { startWeChat, type WeChat } from '../wechat/start.ts'
import { isOurs, latency, type Way, ways } from './assumptions.ts'
import { type Counted, perMillionOf } from './usage.ts'

const people = 1_000
/** Invocations before it counts, whose first have cold sockets and read what a container reads once. */
const warmUp = 3

type World = {
  readonly aws: Aws
  readonly wechat: WeChat
  readonly urls: { readonly aws: string; readonly wechat: string }
}
type Step = {
  readonly role: Counted['role']
  readonly source: string
  readonly events: (from: number, to: number) => object[]
}

/** So many of each way, in short runs and long ones alike: a third of ours to each kind of address, in whole batches. */
const messagesOf: Readonly<Record<Way, number>> = { naive: 60, typical: 60, ours: 300, unasked: 300 }

/** Counts some messages of each way. */
export async function measureWays(tell: (what: string) => void): Promise<Record<Way, PerMillion>> {
  const aws = startAws({ latencyMs: latency.awsMs })
  const wechat = startWeChat({ most: 0, latencyMs: latency.wechatMs })
  const world: World = { aws, wechat, urls: { aws: await aws.url(), wechat: await wechat.url() } }
  await aws.fill({ kind: 'links', people })
  await aws.fill({ kind: 'token' })
  const peers = await installPeers()
  const usage = async (way: Way) => {
    const messages = messagesOf[way]
    tell(`${messages} messages, ${way}`)
    const counted: Counted[] = []
    for (const step of stepsOf(way)) counted.push(await count(step, { way, messages, world, peers }))
    return perMillionOf(way, counted)
  }
  const found = {
    naive: await usage('naive'),
    typical: await usage('typical'),
    ours: await usage('ours'),
    unasked: await usage('unasked'),
  }
  await Promise.all([aws.stop(), wechat.stop()])
  return found
}

function stepsOf(way: Way): Step[] {
  const source = (role: string) => (isOurs(way) ? ourFunction(role) : join(import.meta.dirname, `${way}-${role}.ts`))
  return [
    { role: 'send', source: source('send'), events: batches(ways[way].messages, it => messageOf(way, it)) },
    { role: 'callback', source: source('callback'), events: pushes },
  ]
}

type Given = { readonly way: Way; readonly messages: number; readonly world: World; readonly peers: string }

async function count({ role, source, events }: Step, { way, messages, world, peers }: Given): Promise<Counted> {
  const { aws, wechat, urls } = world
  const container = await startFunction(source, urls, { PEERS: peers, RECEIPTS: way === 'unasked' ? 'off' : 'on' })
  const size = Math.ceil(messages / events(0, messages).length)
  await container.invoke(events(0, size * warmUp))
  await Promise.all([aws.counts(), wechat.counts()])
  const ran = await container.invoke(events(size * warmUp, size * warmUp + messages))
  const [ofAws, { calls, bytesIn, bytesOut }] = [await aws.counts(), await wechat.counts()]
  await container.stop()
  const called = Object.values(calls).reduce((sum, it) => sum + it, 0)
  const asked = { aws: ofAws, wechat: { calls: called, bytesIn, bytesOut } }
  return { role, messages, invoked: ran.invoked, logBytes: ran.logBytes, ...asked, answerBytes: answerBytesOf(ran) }
}

function answerBytesOf({ invoked }: Ran): number {
  return invoked.reduce((sum, { answer }) => sum + Buffer.byteLength(JSON.stringify(answer) ?? ''), 0)
}

const batches = (size: number, bodyOf: (number: number) => string) => (from: number, to: number) =>
  Array.from({ length: Math.ceil((to - from) / size) }, (_, batch) => {
    const first = from + batch * size
    return queueEvent(Array.from({ length: Math.min(size, to - first) }, (_, index) => bodyOf(first + index)))
  })

function pushes(from: number, to: number): object[] {
  return Array.from({ length: to - from }, (_, index) =>
    receiptEvent(1_000_000_000 + from + index, openidOf(from + index)),
  )
}

/** Ours takes any of a person's ids, a third each; the others know the unionid alone. */
function messageOf(way: Way, number: number): string {
  const person = number % people
  const ids = [{ unionid: unionidOf(person) }, { openid: openidOf(person) }, { miniOpenid: miniOpenidOf(person) }]
  const to = isOurs(way) ? ids[number % 3] : ids[0]
  const data = { character_string1: `NO-${number}`, amount2: '¥88.00', time3: '2026-11-22 09:30' }
  return JSON.stringify({ id: `order-20261122-${way}-${number}:paid`, to, template: 'order-paid', data })
}
