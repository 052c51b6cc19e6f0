/**
 * One token for processes that know nothing of each other: real processes, one DynamoDB, one WeChat.
 *
 * The figures are printed; nothing here measures time.
 */

import { once } from 'node:events'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { appids, openApp } from '../../kit/app.ts'
import { PeerEnded, remote } from '../../kit/peer.ts'
import { start } from '../../kit/processes.ts'
import { createTokenStore } from '../../lib/adapters/dynamo/tokens.ts'
import type { AccessTokenMode } from '../../lib/adapters/wechat/client.ts'
import { withAccessToken } from '../../lib/tokens/with-access-token.ts'
import { openTables, type Tables } from '../dynamodb.ts'
import { officialAppid } from '../ids.ts'
import type { Called, Caller } from '../processes/caller.ts'
import { openWorld } from '../world.ts'

const processCount = 8
const callsEach = 50
const leaseMs = 15_000
const pollMs = 200
const paths = { stable: '/cgi-bin/stable_token', classic: '/cgi-bin/token' }

let tables: Tables
let processes: ReturnType<typeof startCaller>[]

beforeAll(async () => {
  tables = await openTables()
  processes = Array.from({ length: processCount }, () => startCaller())
})

afterAll(async () => {
  await Promise.all(processes.map(it => it.stop()))
  await tables.close()
})

describe.each(['stable', 'classic'] as const)('8 processes with 50 calls each, %s', mode => {
  it('ask WeChat for one token when the store is cold, and every call succeeds', async () => {
    const { tokenCalls } = await openShared(mode)
    const figures = await callTogether()
    print(`${mode}, cold store`, figures, await tokenCalls())

    expect(figures).toMatchObject({ calls: 400, succeeded: 400, failures: [] })
    expect(await tokenCalls()).toBe(1)
  })

  it('ask once more when another system has just replaced the token, and every call succeeds', async () => {
    const { tokenCalls, control } = await openShared(mode)
    await callTogether()
    const before = await tokenCalls()
    await control('/tokens/revoke', { app: 'official' })
    const figures = await callTogether()
    const further = (await tokenCalls()) - before
    print(`${mode}, token replaced`, figures, further)

    expect(figures).toMatchObject({ calls: 400, succeeded: 400, failures: [] })
    expect(further).toBe(1)
  })

  it('wait for one that was killed with the lease no longer than the lease, and no token is lost', async () => {
    const shared = await openShared(mode, [])
    const { tokenCalls, control } = shared
    await control('/faults', { path: paths[mode], kind: 'hang' })
    await killWhileAsking(shared)

    const { clock, survivors, store } = openSurvivors(shared)
    const waited = await Promise.all(
      survivors.map(({ accessTokens, wechat }) =>
        clock.play(() => withAccessToken(accessTokens, token => wechat.followerPage(token))),
      ),
    )
    const tokens = await Promise.all(survivors.map(it => it.accessTokens.get()))
    const line = `the slowest of ${processCount} survivors waited ${Math.max(...waited)} ms of a lease of ${leaseMs} ms`
    process.stdout.write(`token, ${mode}, killed with the lease: ${line}; ${await tokenCalls()} token calls\n`)

    expect(Math.min(...waited)).toBeGreaterThan(0)
    expect(Math.max(...waited)).toBeLessThanOrEqual(leaseMs + pollMs)
    expect(await store.read(appids.official)).toMatchObject({ accessToken: tokens[0], generation: 1 })
    expect(new Set(tokens).size).toBe(1)
    // The one that was killed asked, and one of those that live.
    expect(await tokenCalls()).toBe(2)
  })
})

it('a lease is its taker’s although the answer to taking it was lost', async () => {
  // Prevents that a process waits 15 s for its own lease, and all others with it.
  const dynamo = openDynamoThatLosesOneAnswer()
  const store = createTokenStore(dynamo, await tables.make('tokens'))
  const lease = { now: 0, until: leaseMs }

  expect(await store.takeLease(officialAppid, { ...lease, owner: 'one' })).toBe(true)
  expect(await store.takeLease(officialAppid, { ...lease, owner: 'other' })).toBe(false)
})

/** A WeChat and an empty table; the children get their client to both. */
async function openShared(mode: AccessTokenMode, children = processes) {
  const { box, control, calls, log, metrics } = await openWorld({ now: Date.now })
  // A new account may list its followers 500 times a day.
  await control('/quota', { app: 'official', path: '/cgi-bin/user/get', day: 10_000 })
  const table = await tables.make('tokens')
  const opening = { wechatUrl: box.url, table, mode }
  await Promise.all(children.map(it => it.open(opening)))
  return { opening, control, log, metrics, tokenCalls: () => calls(paths[mode]) }
}

type Shared = Awaited<ReturnType<typeof openShared>>

/** All children have answered before: they wait for nothing but this. */
async function callTogether() {
  const answers = await Promise.all(processes.map(it => it.call(callsEach)))
  const sum = (of: (answer: Called) => number) => answers.reduce((all, it) => all + of(it), 0)
  return {
    calls: processes.length * callsEach,
    succeeded: sum(it => it.succeeded),
    failures: answers.flatMap(it => it.failures),
    requests: sum(it => it.requests),
  }
}

type Figures = Awaited<ReturnType<typeof callTogether>>

function print(title: string, { calls, succeeded, requests }: Figures, tokenCalls: number): void {
  const figures = `${calls} calls, ${succeeded} succeeded, ${tokenCalls} token calls, ${requests} DynamoDB requests`
  process.stdout.write(`token, ${title}: ${processCount} processes, ${figures}\n`)
}

/** Lets a process take the lease and ask WeChat, which does not answer, and kills it there. */
async function killWhileAsking({ opening, tokenCalls }: Shared): Promise<void> {
  const { promise: isAsking, resolve } = Promise.withResolvers<void>()
  const { child, ...holder } = startCaller(resolve)
  const exited = once(child, 'exit')
  try {
    await holder.open(opening)
    const called = holder.call(1)
    await Promise.race([isAsking, called])
    await expect.poll(tokenCalls).toBe(1)
    child.kill('SIGKILL')
    await expect(called).rejects.toThrow(PeerEnded)
  } finally {
    child.kill('SIGKILL')
  }
  expect(await exited).toEqual([null, 'SIGKILL'])
}

/** More processes, as far as the token knows: sources of their own, in this process for the sake of its clock. */
function openSurvivors({ opening, log, metrics }: Shared) {
  const clock = openClock(Date.now(), processCount)
  const { now, sleep } = clock
  const store = createTokenStore(tables.dynamo, opening.table)
  const { wechatUrl: url, mode } = opening
  const survivors = Array.from({ length: processCount }, (_, index) =>
    openApp({ url, mode, tokens: store, now, sleep, owner: `survivor ${index}`, log, metrics }),
  )
  return { clock, survivors, store }
}

/** A clock for several players: it moves on when all of them sleep, to where the first one wakes. */
function openClock(start: number, players: number) {
  let at = start
  let playing = players
  const sleepers: { until: number; wake: () => void }[] = []
  const moveOn = () => {
    if (sleepers.length < playing) return
    at = Math.min(...sleepers.map(it => it.until))
    const early = sleepers.filter(it => it.until > at)
    for (const { wake } of sleepers.splice(0, sleepers.length, ...early).filter(it => it.until <= at)) wake()
  }
  return {
    now: () => at,
    sleep: (ms: number) =>
      new Promise<void>(wake => {
        sleepers.push({ until: at + ms, wake })
        moveOn()
      }),
    /** Plays, and answers how long that took by this clock. */
    async play(work: () => Promise<unknown>): Promise<number> {
      await work().finally(() => {
        playing -= 1
      })
      const took = at - start
      if (playing > 0) moveOn()
      return took
    },
  }
}

/** The first request is done, and its answer does not come: the SDK asks again. */
function openDynamoThatLosesOneAnswer() {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new DynamoDBClient({ endpoint: tables.url, region: 'us-east-1', credentials })
  onTestFinished(() => client.destroy())
  let lost = 0
  client.middlewareStack.add(
    next => async args => {
      const answer = await next(args)
      if (lost++ === 0) throw Object.assign(new Error('the answer was lost'), { name: 'TimeoutError' })
      return answer
    },
    { step: 'deserialize' },
  )
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
}

/** A process with our client; `asking` hears when it is about to ask WeChat for a token. */
function startCaller(asking: () => void = () => undefined) {
  const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' }
  const { call, ...started } = start(join(import.meta.dirname, '../processes/caller.ts'), {
    services: { test: { asking } },
    env: { PATH: process.env.PATH, ...credentials, AWS_ENDPOINT_URL_DYNAMODB: tables.url },
    isMortal: true,
  })
  return { ...started, ...remote<Caller>(call, 'caller', ['open', 'call']) }
}
