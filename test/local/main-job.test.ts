/** The main job on the whole local stack: the real functions bundled by serverless, real HTTP, queues and tables. */

import { createHash } from 'node:crypto'

import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import {
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import { inRuns } from '../../lib/pool.ts'
import { defaultAccounts, defaultCallback } from '../../local/wechat/defaults.ts'
import { createIdCoding } from '../../local/wechat/openid.ts'
import { canary, leaksIn } from '../canary.ts'
import { openForAll } from '../for-all.ts'
import { localAws } from '../opened.ts'
import { eventually, openWholeStack, signal, type Who, type WholeStack } from './whole-stack.ts'

const data = { character_string1: '20261122-0001', amount2: '¥88.00', time3: '2026-11-22 09:30' }
const stack = openForAll(() => openWholeStack())

const codeAnswer = v.object({ code: v.string() })
const loginAnswer = v.object({ token: v.string(), expiresIn: v.number(), reach: v.string() })
const messagesAnswer = v.array(
  v.looseObject({ msgid: v.string(), openid: v.string(), data: v.record(v.string(), v.string()) }),
)

const box: WholeStack['box'] = (...args) => stack.box(...args)
const unfollow = (who: Who) => box(`/people/${who.id}/unfollow`, {})
const code = async (who: Who) => v.parse(codeAnswer, await box(`/people/${who.id}/login`, {})).code
const phone = async (who: Who) => v.parse(messagesAnswer, await box(`/people/${who.id}/messages`))
const fetchApi = async (path: string, init: RequestInit = {}) => {
  const answer = await fetch(`${stack.addresses.api}${path}`, { signal: signal(), ...init })
  const { status, headers } = answer
  const text = await answer.text()
  stack.answers.push(JSON.stringify([...headers]), text)
  return { status, headers, text }
}
const logIn = async (who: Who) =>
  v.parse(loginAnswer, (await stack.call('/login', { body: { code: await code(who) } })).body)
const me = async (token: string) => (await stack.call('/me', { bearer: token })).body

async function push(...events: (object | string)[]): Promise<void> {
  for (const event of events) {
    const MessageBody = typeof event === 'string' ? event : JSON.stringify(event)
    await stack.sqs.send(new SendMessageCommand({ QueueUrl: stack.addresses.eventsQueueUrl, MessageBody }))
  }
}

/** Puts many messages into a queue, ten a call. */
async function pushAll(queue: string, bodies: readonly string[]): Promise<void> {
  const { QueueUrl } = await stack.sqs.send(new GetQueueUrlCommand({ QueueName: queue }))
  const runs = inRuns(bodies, 10).map(run => run.map((MessageBody, index) => ({ Id: `${index}`, MessageBody })))
  await Promise.all(runs.map(Entries => stack.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))))
}

/** Which of the ids stand in any row of any table, packed ones unpacked. */
async function tracesOf(ids: readonly string[]): Promise<string[]> {
  const names = ['tokens', 'logins', 'links', 'deliveries', 'walks']
  const dynamo = new DynamoDBClient({ endpoint: stack.addresses.dynamodb, ...localAws })
  const scans = await Promise.all(names.map(it => dynamo.send(new ScanCommand({ TableName: `queqiao-local-${it}` }))))
  dynamo.destroy()
  const bytes = (value: { B?: Uint8Array }) => (value.B === undefined ? '' : Buffer.from(value.B).toString('base64url'))
  const rows = scans.flatMap(it => it.Items ?? [])
  const text = JSON.stringify(rows) + rows.flatMap(row => Object.values(row).map(bytes)).join(' ')
  return ids.filter(it => text.includes(it))
}

const event = (id: string, to: object, more: object = {}) => ({ id, to, template: 'order-paid', data, ...more })

describe('a message', () => {
  it('reaches the right phone once, with its fields, and its receipt makes the delivery delivered', async () => {
    const [who, other] = [await stack.person(), await stack.person()]
    await Promise.all([stack.follow(who), stack.follow(other)])
    await eventually(() => stack.reach(`openid=${who.openid}`), { reach: 'reachable' })
    await push(event('order-1:paid', { unionid: who.unionid }, { page: 'pages/order/detail?id=1' }))
    const delivered = {
      id: 'order-1:paid',
      state: 'delivered',
      from: 'official',
      msgid: expect.stringMatching(/^\d{16,20}$/),
      attempts: 1,
      at: expect.any(String),
    }
    await eventually(() => stack.delivery('order-1:paid'), delivered)
    const [message, ...more] = await phone(who)
    expect(message).toMatchObject({
      openid: who.openid,
      data,
      miniprogram: { appid: defaultAccounts.mini.appid, pagepath: 'pages/order/detail?id=1' },
    })
    expect([more, await phone(other)]).toEqual([[], []])
  })

  it('comes by unionid, miniOpenid and openid to the same phone, and once for an id pushed three times', async () => {
    const who = await stack.person()
    await stack.follow(who)
    await logIn(who)
    await eventually(() => stack.reach(`miniOpenid=${who.miniOpenid}`), { reach: 'reachable' })
    await push(
      event('by-unionid', { unionid: who.unionid }),
      event('by-mini', { miniOpenid: who.miniOpenid }),
      event('by-openid', { openid: who.openid }),
      ...Array(3).fill(event('thrice', { unionid: who.unionid })),
    )
    for (const id of ['by-unionid', 'by-mini', 'by-openid', 'thrice']) {
      await eventually(
        async () => v.parse(v.looseObject({ state: v.string() }), await stack.delivery(id)).state,
        'delivered',
      )
    }
    await push(event('thrice', { unionid: who.unionid }), event('after', { unionid: who.unionid }))
    await eventually(async () => (await phone(who)).length, 5)
  })

  it('that is refused by WeChat’s receipt is blocked', async () => {
    const who = await stack.person()
    await stack.follow(who)
    await box(`/people/${who.id}/block`, {})
    await eventually(() => stack.reach(`openid=${who.openid}`), { reach: 'reachable' })
    await push(event('blocked', { openid: who.openid }))
    await eventually(
      () => stack.delivery('blocked'),
      expect.objectContaining({ state: 'blocked', reason: 'user block' }),
    )
  })
})

describe('the reach of a user', () => {
  it('who logged in before following', async () => {
    const who = await stack.person()
    const { token, reach: first } = await logIn(who)
    expect(first).toBe('not-following')
    await stack.follow(who)
    await eventually(() => me(token), { reach: 'reachable', followedAt: expect.stringMatching(/^\d{4}-.*Z$/) })
  })

  it('who followed before logging in', async () => {
    const who = await stack.person()
    await stack.follow(who)
    await eventually(() => stack.reach(`unionid=${who.unionid}`), { reach: 'reachable' })
    expect((await logIn(who)).reach).toBe('reachable')
  })

  it('without unionid, until the apps are bound and the user logs in again', async () => {
    const who = await stack.person({ unionid: false })
    await stack.follow(who)
    const { token, reach: first } = await logIn(who)
    expect([first, await me(token)]).toEqual(['no-unionid', { reach: 'no-unionid' }])
    await eventually(() => stack.reach(`openid=${who.openid}`), { reach: 'reachable' })
    expect(await stack.reach(`miniOpenid=${who.miniOpenid}`)).toMatchObject({
      reach: 'no-unionid',
      hint: expect.stringContaining('Open Platform'),
    })
    await box(`/people/${who.id}/bind`, {})
    await box(`/people/${who.id}/unfollow`, {})
    await stack.follow(who)
    await logIn(who)
    await eventually(() => me(token), expect.objectContaining({ reach: 'reachable' }))
  })

  it('who unfollowed, whichever order the events came in', async () => {
    const who = await stack.person()
    const { token } = await logIn(who)
    await stack.follow(who)
    await eventually(() => me(token), expect.objectContaining({ reach: 'reachable' }))
    await unfollow(who)
    await eventually(() => me(token), { reach: 'not-following' })

    const late = await stack.person()
    await box('/callback', { hold: true })
    await stack.follow(late)
    await unfollow(late)
    const { held } = v.parse(
      v.looseObject({ held: v.array(v.looseObject({ id: v.string() })) }),
      await box('/callbacks'),
    )
    const order = held.map(it => it.id).reverse()
    await box('/callback', { hold: false })
    await box('/callback/release', { order })
    await eventually(() => stack.reach(`openid=${late.openid}`), { reach: 'not-following', hint: expect.any(String) })
    await push(event('to-one-who-left', { openid: late.openid }))
    await eventually(
      () => stack.delivery('to-one-who-left'),
      expect.objectContaining({ state: 'dropped', reason: 'not-following' }),
    )
    expect(await phone(late)).toEqual([])
  })

  it('whom nobody knows', async () => {
    expect(await stack.reach('unionid=uNobody')).toEqual({ reach: 'unknown', hint: expect.any(String) })
    const both = `unionid=${canary.openid}&openid=${canary.openid}`
    expect(await stack.call(`/reach?${both}`)).toMatchObject({ status: 400, body: { code: 'address-invalid' } })
  })

  it('who followed unseen is found by the next sync run', async () => {
    const who = await stack.person()
    await box(`/people/${who.id}/follow`, { silent: true })
    expect(await stack.invoke('sync-followers', {})).toMatchObject({ complete: true, added: expect.any(Number) })
    await eventually(() => stack.reach(`openid=${who.openid}`), { reach: 'reachable' })
  })

  it('who requested their erasure is found in no table any more, nor by any id', async () => {
    const who = await stack.person()
    await stack.follow(who)
    await logIn(who)
    await eventually(() => stack.reach(`miniOpenid=${who.miniOpenid}`), { reach: 'reachable' })
    await stack.invoke('sync-followers', {})
    const ids = [who.openid, who.miniOpenid, who.unionid ?? who.openid]
    expect(await tracesOf(ids)).not.toEqual([])
    await box(`/people/${who.id}/cancel`, {})
    await eventually(() => tracesOf(ids), [])
    for (const query of [`openid=${who.openid}`, `unionid=${who.unionid}`, `miniOpenid=${who.miniOpenid}`]) {
      expect(await stack.reach(query)).toMatchObject({ reach: 'unknown' })
    }
  })

  it('who are many at once are looked up in hundreds', async () => {
    const batchgets = async () => (await stack.calls())['/cgi-bin/user/info/batchget'] ?? 0
    const { first } = v.parse(v.object({ first: v.number() }), await box('/people', { count: 300, following: true }))
    const coding = createIdCoding(`openid ${defaultAccounts.official.appid}`)
    const openids = coding.encodeAll(Array.from({ length: 300 }, (_, index) => first + index))
    const before = await batchgets()
    const official = defaultAccounts.official.appid
    const news = openids.map(it => JSON.stringify({ change: 'follow', official, openids: [it], at: 1 }))
    await pushAll('queqiao-local-followers', news)
    await eventually(() => stack.reach(`openid=${openids[299]}`), { reach: 'reachable' })
    await eventually(() => stack.reach(`openid=${openids[0]}`), { reach: 'reachable' })
    const calls = (await batchgets()) - before
    process.stdout.write(`300 follow events at once: ${calls} calls of batchget\n`)
    // On a busy machine they come in over several of its windows.
    expect(calls).toBeLessThanOrEqual(30)
  })
})

describe('the doctor', () => {
  it('finds nothing wrong with the whole stack', async () => {
    await stack.follow(await stack.person())
    const body = await stack.invoke('doctor', {})
    const { checks } = v.parse(v.looseObject({ checks: v.array(v.looseObject({ status: v.string() })) }), body)
    expect(checks.filter(it => it.status === 'wrong')).toEqual([])
    expect(checks.filter(it => it.status === 'ok')).toHaveLength(12)
  })
})

describe('the quota of a day', () => {
  const quota = (more: object) => box('/quota', { app: 'official', path: '/cgi-bin/message/template/send', ...more })

  it('that is used up lets an event wait, and the doctor says so; once the gate is opened by hand it goes', async () => {
    const who = await stack.follower()
    await quota({ day: 1, used: 1 })
    await push(event('over-quota', { openid: who.openid }))
    await eventually(() => stack.delivery('over-quota'), expect.objectContaining({ state: 'parked', errcode: 45009 }))
    const closed = expect.objectContaining({ closedUntil: expect.any(Number), parked: { urgent: 0, usual: 1 } })
    await eventually(() => stack.invoke('resume-events', { action: 'status' }), { moved: 0, status: closed })
    const wrong = ['quotas', 'queues'].map(name => expect.objectContaining({ name, status: 'wrong' }))
    expect(await stack.invoke('doctor', {})).toMatchObject({ isWell: false, checks: expect.arrayContaining(wrong) })

    await quota({ day: 100_000, used: 0 })
    expect(await stack.invoke('resume-events', { action: 'reopen' })).toMatchObject({ moved: 1, isReopened: true })

    await eventually(() => stack.delivery('over-quota'), expect.objectContaining({ state: 'delivered' }))
    expect(await phone(who)).toHaveLength(1)
  })
})

describe('POST /login', () => {
  it('answers the same code alike, with a token that the published keys verify', async () => {
    const body = { code: await code(await stack.person()) }
    const [one, two] = await Promise.all([stack.call('/login', { body }), stack.call('/login', { body })])
    expect(two).toEqual({ ...one, told: two.told })
    const { token } = v.parse(loginAnswer, one.body)
    const keys = createRemoteJWKSet(new URL(`${stack.addresses.api}/.well-known/jwks.json`))
    const { payload } = await jwtVerify(token, keys, { audience: defaultAccounts.mini.appid, issuer: 'queqiao-local' })
    expect(payload).toMatchObject({ sub: expect.any(String), unionid: expect.any(String) })
  })

  it('and /me refuse whoever has no good session', async () => {
    expect(await stack.call('/me')).toMatchObject({ status: 401, body: { code: 'session-missing' } })
    const bearer = `a.${canary.accessToken}.c`
    expect(await stack.call('/me', { bearer })).toMatchObject({ status: 401, body: { code: 'session-invalid' } })
  })
})

describe('/callback', () => {
  const sign = (...parts: string[]) =>
    createHash('sha1')
      .update([defaultCallback.token, ...parts].sort().join(''))
      .digest('hex')
  const query = (age = 0, more: object = {}) => {
    const timestamp = `${Math.floor(Date.now() / 1000) - age}`
    return `?${new URLSearchParams({ timestamp, nonce: 'n', signature: sign(timestamp, 'n'), ...more })}`
  }

  it('passes WeChat’s handshake, with the bare echostr and only for WeChat', async () => {
    expect(await box('/callback/verify', {})).toMatchObject({ verified: true })
    const good = await fetchApi(`/callback${query(0, { echostr: '5927782489442352469' })}`)
    expect(good.text).toBe('5927782489442352469')
    const forged = await fetchApi(`/callback${query(0, { echostr: 'x', signature: 'f'.repeat(40) })}`)
    expect([forged.status, forged.text.includes('"callback-unsigned"')]).toEqual([401, true])
  })

  it.each(['plain', 'compatible', 'secure'])('takes deliveries in %s mode', async mode => {
    await box('/callback', { mode })
    await stack.follower()
    await box('/callback', { mode: 'secure' })
  })
})

describe('bad events', () => {
  it('go to the dead-letter queue with their reason, and the good one beside them goes out', async () => {
    const who = await stack.follower()
    const to = { openid: who.openid }
    await push(
      'not json',
      event('two-recipients', { openid: who.openid, unionid: who.unionid }),
      event('wrong-type', to, { data: { thing1: 7 } }),
      event('unknown-template', to, { template: 'nope' }),
      event('bad-value', to, { data: { ...data, time3: 'soon' } }),
      event('good', to),
    )
    await eventually(() => stack.delivery('good'), expect.objectContaining({ state: 'delivered' }))
    await eventually(
      () => stack.delivery('bad-value'),
      expect.objectContaining({ state: 'rejected', reason: expect.stringContaining('time3'), attempts: 1 }),
    )
    for (const id of ['two-recipients', 'wrong-type', 'unknown-template']) {
      expect(await stack.delivery(id)).toMatchObject({ state: 'rejected', attempts: 1 })
    }
    expect((await phone(who)).length).toBe(1)
    const { QueueUrl } = await stack.sqs.send(new GetQueueUrlCommand({ QueueName: 'queqiao-local-events-dlq' }))
    const { Messages = [] } = await stack.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    )
    expect(Messages.map(it => it.MessageAttributes?.reason?.StringValue?.split(':')[0])).toEqual(
      Array(5).fill('rejected'),
    )
  })
})

describe('what the functions wrote and answered', () => {
  it('holds no secret, no token of WeChat’s and no whole openid', async () => {
    await stack.call('/.well-known/jwks.json')
    const { lines, answers } = stack
    const logged = lines.join('\n')
    expect(['send.batch', '"CloudWatchMetrics"', 'http.refused'].filter(it => !logged.includes(it))).toEqual([])
    expect(answers.length).toBeGreaterThan(50)
    expect([...lines, ...answers].flatMap(it => leaksIn(it))).toEqual([])
    expect(lines.filter(it => /eyJ[\w-]{10,}\./.test(it))).toEqual([])
  })
})
