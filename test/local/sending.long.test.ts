/** What sending promises on bad days, on the whole local stack: the real functions, queues and tables, against a box that fails. */

import { type MessageAttributeValue, SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { inParallel, inRuns } from '../../lib/pool.ts'
import { readSettings } from '../../local/environment.ts'
import { callJson } from '../../local/http-json.ts'
import { pickFreePorts } from '../../local/ports.ts'
import { openStack, type Stack } from '../../local/stack.ts'

const path = '/cgi-bin/message/template/send'
const lines: string[] = []
let stack: Stack

beforeAll(async () => {
  const settings = { ...readSettings({}), ports: await pickFreePorts('127.0.0.1') }
  const note = (line: string) => void lines.push(line)
  stack = await openStack({ settings, env: process.env, onFunctionLine: note, report: note })
}, 120_000)

afterAll(() => stack?.close())

type Attributes = Record<string, MessageAttributeValue>
type Event = { readonly id: string }

const personAnswer = v.object({ id: v.number(), openid: v.string() })
const message = v.looseObject({ person: v.number(), data: v.record(v.string(), v.string()) })
const callsAnswer = v.object({ counts: v.object({ official: v.record(v.string(), v.number()) }) })

async function box(at: string, body?: object): Promise<unknown> {
  const how = { signal: AbortSignal.timeout(20_000), ...(body && { body }) }
  const answer = await callJson(body === undefined ? 'GET' : 'POST', `${stack.addresses.wechat}/_box${at}`, how)
  if (answer.status !== 200) throw new Error(answer.told)
  return answer.body
}

async function api(at: string): Promise<unknown> {
  return (await callJson('GET', `${stack.addresses.api}${at}`, { signal: AbortSignal.timeout(20_000) })).body
}

/** Somebody who follows, and whose link says so. */
async function follower() {
  const who = v.parse(personAnswer, await box('/people', {}))
  await box(`/people/${who.id}/follow`, {})
  await eventually(() => api(`/reach?openid=${who.openid}`), { reach: 'reachable' })
  return who
}

async function push(events: readonly Event[], attributesOf: (index: number) => Attributes = () => ({})): Promise<void> {
  const QueueUrl = stack.addresses.eventsQueueUrl
  const entries = events.map((event, index) => ({
    Id: `${index}`,
    MessageBody: JSON.stringify(event),
    MessageAttributes: attributesOf(index),
  }))
  for (const Entries of inRuns(entries, 10)) await stack.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
}

/** An order's event; its id is also what the phone shows of it. */
function event(id: string, openid: string, more: object = {}): Event {
  const data = { character_string1: id, amount2: '¥88.00', time3: '2026-11-22 09:30' }
  return { id, to: { openid }, template: 'order-paid', data, ...more } as Event
}

function events(name: string, count: number, openid: string): Event[] {
  return Array.from({ length: count }, (_, index) => event(`${name}-${index}`, openid))
}

const delivery = (id: string) => api(`/deliveries/${id}`)
const stateAnswer = v.object({ state: v.optional(v.string(), 'nothing is known of it') })
const stateOf = async (id: string) => v.parse(stateAnswer, await delivery(id)).state
/** The ids on a phone, in order. */
const phone = async ({ id }: { readonly id: number }) =>
  v.parse(v.array(message), await box(`/people/${id}/messages`)).map(it => it.data.character_string1)
const sends = async () => v.parse(callsAnswer, await box('/calls')).counts.official[path] ?? 0

/** Asks again until the answer fits; what it was last is told when it never does. */
async function eventually(ask: () => Promise<unknown>, wanted: unknown, timeout = 40_000): Promise<void> {
  await expect.poll(ask, { timeout, interval: 200 }).toEqual(wanted)
}

const taken = expect.stringMatching(/^(accepted|delivered)$/)
const sorted = (list: readonly unknown[]) => list.toSorted()
const idsOf = (list: readonly Event[]) => sorted(list.map(it => it.id))

describe('a message', { timeout: 90_000 }, () => {
  it('whose answer was lost, and which then expired, is in doubt and never dropped; its id sends no second one', async () => {
    const who = await follower()
    await box('/faults', { path, kind: 'reset-after', times: 2 })
    const lost = event('expired', who.openid, { expiresAt: new Date(Date.now() + 4000).toISOString() })
    await push([lost])
    await eventually(() => phone(who), ['expired'])
    await eventually(() => delivery('expired'), expect.objectContaining({ state: 'in-doubt' }))
    await push([event('expired', who.openid), event('after', who.openid)])
    await eventually(() => phone(who), ['expired', 'after'])
    expect(await delivery('expired')).toMatchObject({ state: 'in-doubt' })
  })

  it('whose repeat WeChat refuses as a duplicate is accepted', async () => {
    const who = await follower()
    await box('/templates', { duplicates: 'error' })
    await box('/faults', { path, kind: 'errcode', errcode: -1, processed: true })
    await push([event('told-by-45065', who.openid)])
    await eventually(() => stateOf('told-by-45065'), taken)
    await box('/templates', { duplicates: 'same' })
    expect(await phone(who)).toEqual(['told-by-45065'])
  })

  it('goes to somebody who follows and is not linked yet', async () => {
    const who = v.parse(personAnswer, await box('/people', {}))
    await box(`/people/${who.id}/follow`, { silent: true })
    await push([event('welcome', who.openid)])
    await eventually(() => phone(who), ['welcome'])
    await eventually(() => api(`/reach?openid=${who.openid}`), { reach: 'reachable' })
  })
})

describe('neighbours', { timeout: 90_000 }, () => {
  it('of events whose attributes a producer got wrong are sent once, and so are those', async () => {
    const who = await follower()
    const odd: readonly Attributes[] = [
      { attempts: text('first') },
      { since: text('x') },
      { doubtSince: text('NaN') },
      { attempts: text('1e400'), since: text('9'.repeat(400)) },
      { attempts: { DataType: 'Binary', BinaryValue: Uint8Array.from([0, 255]) } },
    ]
    // A hundred receipts at once would keep a busy machine from answering anything else.
    await box('/callback', { hold: true })
    const all = events('odd', 100, who.openid)
    await push(all, index => (index % 10 === 0 ? (odd[(index / 10) % odd.length] ?? {}) : {}))
    await eventually(async () => sorted(await phone(who)), idsOf(all))
    await push([event('odd-last', who.openid)])
    await eventually(async () => (await phone(who)).length, 101)
    await inParallel(all, 2, ({ id }) => eventually(() => stateOf(id), 'accepted'))
    await box('/callback', { hold: false })
  })

  it('of a person whom WeChat sends no more to for now are not held up', async () => {
    const [tired, other] = [await follower(), await follower()]
    await box(`/people/${tired.id}/block`, { how: 'often' })
    await push(events('tired', 12, tired.openid))
    const before = await sends()
    await eventually(async () => (await sends()) >= before + 6, true)
    const all = events('fresh', 20, other.openid)
    await push(all)
    await eventually(async () => sorted(await phone(other)), idsOf(all), 15_000)
    await box(`/people/${tired.id}/block`, { how: 'none' })
    expect(await phone(tired)).toEqual([])
  })
})

describe('a quota of 60 a minute', () => {
  it('lets 150 messages through in its time, with few calls that it refuses', { timeout: 400_000 }, async () => {
    const who = await follower()
    const before = await sends()
    await box('/quota', { app: 'official', path, minute: 60 })
    const all = events('limited', 150, who.openid)
    await push(all)
    await eventually(async () => sorted(await phone(who)), idsOf(all), 360_000)
    const calls = (await sends()) - before
    process.stdout.write(`150 messages at 60 a minute: ${calls} calls of template/send\n`)
    expect(calls).toBeLessThanOrEqual(225)
  })
})

function text(StringValue: string): MessageAttributeValue {
  return { DataType: 'String', StringValue }
}
