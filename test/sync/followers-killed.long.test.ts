/**
 * The followers' functions killed at random points, again and again: a real process with real adapters against DynamoDB,
 * SQS and WeChat on loopback. As with Lambda it is not the killed process that receives messages and begins anew, but
 * what invokes it, here this test.
 */

import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import fc from 'fast-check'
import * as v from 'valibot'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'

import { appids } from '../../kit/app.ts'
import { callsBy, openControl } from '../../kit/control.ts'
import { PeerEnded, remote } from '../../kit/peer.ts'
import { start } from '../../kit/processes.ts'
import { createSyncRunStore } from '../../lib/adapters/dynamo/sync-runs.ts'
import { batchSize } from '../../lib/followers/follower-batches.ts'
import { pickFreePort } from '../../local/ports.ts'
import { openSqs } from '../../local/stores.ts'
import { openWeChat, type WeChatBox } from '../../local/wechat/server.ts'
import { openTables, type Tables } from '../dynamodb.ts'
import type { Arrived, FollowerWorker } from '../processes/follower-worker.ts'

const kills = 50
const pageSize = 40
const messagesAtOnce = 4
const startAt = Date.parse('2026-11-22T12:00:00+08:00')
const dayMs = 86_400_000
/** So much later whoever was killed with a lease holds nobody up. */
const leaseOverMs = 61_000
/** Far more than are needed. */
const mostInvocations = 1000

/** What changes before the sync run of each day, unseen: no event tells of it. */
const days: readonly (readonly object[])[] = [
  [{ count: 10 * pageSize, following: true }],
  [
    { first: 30, count: 90, following: false },
    { count: 120, following: true },
  ],
  [
    { first: 200, count: 60, following: false },
    { first: 50, count: 40, following: true },
    { count: 160, following: true },
  ],
]

/** After how many requests of a sync run, or of a batch, its process is killed, and whether the last one is done after all. */
type Death = { readonly sync: number; readonly link: number; readonly isDone: boolean }
/** Of a sync run, thirteen are before its first page, and eight for each page. */
const death: fc.Arbitrary<Death> = fc.record({
  sync: fc.integer({ min: 1, max: 40 }),
  link: fc.integer({ min: 1, max: 40 }),
  isDone: fc.boolean(),
})

let tables: Tables
let sqsStore: Awaited<ReturnType<typeof openSqs>>
let sqs: SQSClient
let env: Record<string, string | undefined>
let compiled: string

beforeAll(async () => {
  tables = await openTables()
  sqsStore = await openSqs(await pickFreePort('127.0.0.1'), 'us-east-1')
  sqs = new SQSClient({
    endpoint: sqsStore.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  compiled = await mkdtemp(join(tmpdir(), 'follower-worker-'))
  env = {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_DYNAMODB: tables.url,
    AWS_ENDPOINT_URL_SQS: sqsStore.url,
    // Fifty starts of the same program.
    NODE_COMPILE_CACHE: compiled,
  }
})

afterAll(async () => {
  sqs.destroy()
  await sqsStore.close()
  await tables.close()
  await rm(compiled, { recursive: true, force: true })
})

it(`comes to the same tables although it is killed ${kills} times`, { timeout: 900_000 }, async () => {
  const calm = await play([])
  const [deaths = []] = fc.sample(fc.array(death, { minLength: kills, maxLength: kills }), { numRuns: 1 })
  const killed = await play(deaths)
  process.stdout.write(`followers, killed, FAST_CHECK_SEED=${inject('seed')}: ${figures(killed, calm)}\n`)

  expect(killed.died.sync + killed.died.link).toBe(kills)
  expect(Math.min(killed.died.sync, killed.died.link)).toBeGreaterThan(0)
  expect(killed.queued).toBe(0)
  expect(killed.rows).toEqual(calm.rows)
  expect(killed.pages).toEqual(calm.pages)
  // What the dead have begun to write is named, and let go with the sync run.
  expect(killed.pagesStored).toBe(calm.pagesStored)
  // Nothing of what the dead have said is waited for.
  expect([killed.unlinked, calm.unlinked]).toEqual([0, 0])
  // The page that was being worked on, and those that were read ahead of it: ten, and the one under way.
  expect(killed.calls.userGet - calm.calls.userGet).toBeLessThanOrEqual(12 * killed.died.sync)
  // The batches of the invocation; or that of a page that was queued and not saved.
  const repeated = killed.died.link * killed.mostBatches + killed.died.sync
  expect(killed.calls.batchget - calm.calls.batchget).toBeLessThanOrEqual(repeated)
})

type Played = Awaited<ReturnType<typeof play>>

function figures({ died, invocations, calls, rows, pages }: Played, calm: Played): string {
  const deaths = `${died.sync} times while syncing and ${died.link} while linking, in ${invocations} invocations`
  const userGet = `${calls.userGet} user/get (undisturbed ${calm.calls.userGet})`
  const batchget = `${calls.batchget} batchget (undisturbed ${calm.calls.batchget})`
  return `${deaths}; ${userGet}, ${batchget}; ${rows.length} rows and ${pages.length} pages the same`
}

/** Plays all days, and dies as told; answers what came of it. */
async function play(deaths: readonly Death[]) {
  const world = await openWorld()
  const containers = openContainers(world.opening)
  const died = { sync: 0, link: 0 }
  let clock = startAt
  let invocations = 0
  let mostBatches = 0
  let mostDead = 0

  const invoke = async (order: Invocation) => {
    if (++invocations > mostInvocations) throw new Error('it does not come to an end')
    const dead = died.sync + died.link
    const answer = await containers.invoke(order, clock, dead < mostDead ? deaths[dead] : undefined)
    if (answer !== 'killed') return answer
    died[order.kind] += 1
    clock += leaseOverMs
    return undefined
  }
  const sync = async () => {
    const answer = await invoke({ kind: 'sync' })
    return typeof answer === 'string' && ['complete', 'idle'].includes(answer)
  }
  const link = async () => {
    const messages = await world.receive()
    if (messages.length === 0) return false
    mostBatches = Math.max(mostBatches, Math.ceil((messages.length * pageSize) / batchSize))
    const answer = await invoke({ kind: 'link', messages })
    await world.settle(messages, Array.isArray(answer) ? answer : undefined)
    return true
  }
  /** Syncs and links in turn until there is nothing left to do. */
  const playDay = async () => {
    for (let isSynced = false, isEmpty = false; !isSynced || !isEmpty; ) {
      isSynced ||= await sync()
      isEmpty = !(await link())
    }
  }

  try {
    for (const [day, changes] of days.entries()) {
      clock = startAt + day * dayMs
      mostDead = Math.floor((deaths.length * (day + 1)) / days.length)
      await world.change(changes, clock)
      world.follow(() => clock)
      await playDay()
    }
    return { died, invocations, mostBatches, ...(await world.look()) }
  } finally {
    await containers.close()
    await world.close()
  }
}

type Opening = Parameters<FollowerWorker['open']>
type Invocation = { readonly kind: 'sync' } | { readonly kind: 'link'; readonly messages: readonly Arrived[] }

/** WeChat in a box with a clock of its own, empty tables, and an empty queue. */
async function openWorld() {
  let now = () => startAt
  const box: WeChatBox = await openWeChat({ now: () => now(), pageSize, callback: { url: undefined } })
  const [tokens, links, walks] = [await tables.make('tokens'), await tables.make('links'), await tables.make('walks')]
  const queue = `followers-${links}`
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: queue }))
  const control = openControl(box.url)

  return {
    opening: [box.url, { tokens, links, walks, queue }] satisfies Opening,
    /** From now on the box goes by this clock. */
    follow(clock: () => number) {
      now = clock
    },
    async change(changes: readonly object[], at: number) {
      now = () => at
      for (const change of changes) await control('first' in change ? '/people/change' : '/people', change)
    },
    receive: () => receive(QueueUrl),
    /** What was worked in is deleted; what failed, or was held by one that was killed, comes again at once. */
    async settle(
      messages: readonly Arrived[],
      failed: readonly string[] = messages.map(message => message.receiptHandle),
    ) {
      for (const { receiptHandle: ReceiptHandle } of messages) {
        const isDone = !failed.includes(ReceiptHandle)
        if (isDone) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
        else await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
      }
    },
    look: async () => ({
      ...(await lookIntoTables(links, walks)),
      queued: await countMessages(QueueUrl),
      calls: callsOf(await callsBy(control)),
    }),
    close: () => box.close(),
  }
}

async function countMessages(QueueUrl: string | undefined): Promise<number> {
  const counts = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...counts] }))
  return counts.reduce((sum, name) => sum + Number(Attributes?.[name]), 0)
}

async function receive(QueueUrl: string | undefined): Promise<Arrived[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: messagesAtOnce,
      VisibilityTimeout: 600,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }),
  )
  return Messages.map(({ Body = '', ReceiptHandle = '', Attributes }) => ({
    body: Body,
    receiptHandle: ReceiptHandle,
    receives: Number(Attributes?.ApproximateReceiveCount),
  }))
}

function callsOf(calls: Readonly<Record<string, number>>) {
  return { userGet: calls['/cgi-bin/user/get'] ?? 0, batchget: calls['/cgi-bin/user/info/batchget'] ?? 0 }
}

/** All but when it was found to be so. */
async function lookIntoTables(links: string, walks: string) {
  const { Items: rows = [] } = await tables.dynamo.send(new ScanCommand({ TableName: links }))
  const { Items: stored = [] } = await tables.dynamo.send(new ScanCommand({ TableName: walks }))
  const store = createSyncRunStore(tables.dynamo, walks, appids.official)
  const { current, complete } = await store.state()
  if (current !== undefined || complete === undefined) throw new Error('the sync run is not complete')
  return {
    rows: rows.map(timeless).toSorted((one, other) => `${one.address}`.localeCompare(`${other.address}`)),
    pages: await Array.fromAsync(store.openids(complete)),
    pagesStored: stored.filter(row => `${row.walk}`.startsWith('page ')).length,
    unlinked: stored.filter(row => `${row.walk}`.startsWith('linking ')).length,
  }
}

/** Processes that are invoked one at a time; while one works the next one starts. */
function openContainers(opening: Opening) {
  const spawn = () => {
    const started = start(join(import.meta.dirname, '../processes/follower-worker.ts'), { env, isMortal: true })
    const worker = remote<FollowerWorker>(started.call, 'worker', ['open', 'sync', 'link'])
    return { ...started, worker, opened: worker.open(...opening) }
  }
  let [present, next] = [spawn(), spawn()]

  return {
    /** Its answer, or `killed`. */
    async invoke(order: Invocation, now: number, death: Death | undefined): Promise<unknown> {
      const { child, worker, opened } = present
      await opened
      const answered = order.kind === 'sync' ? worker.sync(now) : worker.link(now, order.messages)
      if (death === undefined) return answered
      const stop = killAtRequest(child, death[order.kind], death.isDone)
      const answer = await answered.catch(killedOr).finally(stop)
      if (answer !== 'killed') return answer
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      expect(child.signalCode).toBe('SIGKILL')
      present = next
      next = spawn()
      return answer
    },
    async close() {
      await Promise.all([present, next].map(worker => worker.opened))
      await Promise.all([present, next].map(worker => worker.stop()))
    },
  }
}

function killedOr(error: unknown): 'killed' {
  if (error instanceof PeerEnded) return 'killed'
  throw error
}

/** Counts the requests that arrive at any server of this process, and kills the child at the last of them. */
function killAtRequest(child: ChildProcess, after: number, isDone: boolean): () => void {
  let arrived = 0
  const count = (message: unknown) => {
    arrived += 1
    if (arrived !== after) return
    child.kill('SIGKILL')
    if (!isDone) requestOf(message).destroy()
  }
  subscribe('http.server.request.start', count)
  return () => void unsubscribe('http.server.request.start', count)
}

function requestOf(message: unknown): Pick<IncomingMessage, 'destroy'> {
  return v.parse(v.object({ request: v.custom<IncomingMessage>(value => value instanceof Object) }), message).request
}

/** Also of the sides of a unionid's row, whose version is another with each write. */
function timeless({ at: _, version: _version, ...row }: Record<string, unknown>): Record<string, unknown> {
  const isSide = (value: unknown) => typeof value === 'object' && value !== null && 'at' in value
  const fields = Object.entries(row).map(([name, value]) => [name, isSide(value) ? { ...value, at: 0 } : value])
  return Object.fromEntries(fields)
}
