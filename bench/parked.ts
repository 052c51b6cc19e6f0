/**
 * A hundred thousand events that wait for the day's quota: what they cost in requests to SQS until midnight in China, and
 * how soon the first of them is on a phone after that, on the simulator's clock. Real functions, fauxqs, WeChat in a box.
 *
 * Ends with 1 if a demand is missed. `--events 10000` is quicker.
 */

import '../kit/clock.ts'

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs'
import { ahead, moveTo } from '../kit/clock.ts'
import { endOnSignal, say, wholeNumber } from '../kit/command.ts'
import { callsOf } from '../kit/control.ts'
import { functionSecrets } from '../kit/function-environment.ts'
import { bundle } from '../kit/processes.ts'
import { inParallel, inRuns } from '../lib/pool.ts'
import { secondsToReset } from '../lib/quota-reset.ts'
import { toSqsEvent } from '../local/event-batch.ts'
import { openParameterStore } from '../local/parameter-store.ts'
import { type Container, startContainer } from './chaos/containers.ts'
import { openQueues } from './chaos/queues.ts'
import { makeQueues } from './chaos/resources.ts'
import { createWitness } from './chaos/witness.ts'
import { renderTable, verdictOf } from './figures.ts'
import { withProgress } from './followers/progress.ts'
import { makeEvents, openWorld } from './send/world.ts'

const { values } = parseArgs({ options: { events: { type: 'string', default: '100000' } } })
const count = wholeNumber('events', values.events, 100)

const minuteMs = 60_000
/** A tick so shortly before the reset waits for it (lib/send/resume-events.ts). */
const patienceMs = 21_000
const dayQuota = 45009
const all = { MessageSystemAttributeNames: ['All' as const], MessageAttributeNames: ['All'] }
const sendPath = '/cgi-bin/message/template/send'
const quotaPath = '/cgi-bin/openapi/quota/get'

endOnSignal()

let requests = 0
const world = await openWorld(1)
const queues = await openQueues(() => undefined)
const { sqs, events } = await makeQueues(queues.port)
const secrets = await openParameterStore(0, functionSecrets)
const containers = await startContainers()

const resetAt = Date.now() + secondsToReset(dayQuota, Date.now()) * 1000
await closeGate(resetAt)
await withProgress('pushing', () => 0, push)
let done = 0
const sendsBefore = await calls(sendPath)
const asksBefore = await calls(quotaPath)
await withProgress('parking', () => done / count, consume)
const parking = requests
requests = 0
const ticks = await withProgress('waiting', () => 1 - (resetAt - Date.now()) / (24 * 60 * minuteMs), waitForReset)
const waiting = requests
const sendsWhileParked = (await calls(sendPath)) - sendsBefore
const asksWhileParked = (await calls(quotaPath)) - asksBefore
const parkedCount = (await queues.look('events-parked')).bodies.length
const drainedAfterMs = await withProgress('draining', () => 0, drain)
report((await queues.look('events-dlq')).bodies.length)

async function startContainers(): Promise<Container[]> {
  const file = await bundle(join(import.meta.dirname, 'chaos/container.ts'))
  const portOf = (url: string) => Number(new URL(url).port)
  const ports = {
    wechat: portOf(world.url),
    store: portOf(world.awsUrl),
    queue: queues.port,
    secrets: portOf(secrets.url),
  }
  return Promise.all(
    [1, 2].map(async () => {
      const container = await startContainer(file, { ports, witness: createWitness() })
      container.listener = (edge, moment) => {
        if (edge === 'queue' && moment === 'request') requests += 1
        return 'pass'
      }
      return container
    }),
  )
}

/** As the sender does it when WeChat says 45009, whose quota is used up until the reset. */
async function closeGate(until: number): Promise<void> {
  await world.control('/quota', { app: 'official', path: sendPath, day: count, used: count })
  await world.aws.fill('deliveries', [
    {
      id: { S: 'gate#send' },
      closedUntil: { N: `${until}` },
      closedAt: { N: `${Date.now()}` },
      errcode: { N: `${dayQuota}` },
    },
  ])
}

/** Others push the events: their requests do not count. */
async function push(): Promise<void> {
  const runs = inRuns(makeEvents(count, 'order-paid'), 10)
  await inParallel(runs, 4, async run => {
    const Entries = run.map(({ body }, index) => ({ Id: `${index}`, MessageBody: body }))
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: events.url, Entries }))
  })
}

/** The event source mapping: ten messages a receive and a delete, a hundred an invocation; its requests count too. */
async function consume(): Promise<void> {
  await inParallel(containers, containers.length, async container => {
    for (let batch = await receive(); batch.length > 0; batch = await receive()) {
      const event = toSqsEvent(batch, { queueArn: events.arn, region: 'us-east-1' })
      const ended = await container.invoke('send', event)
      if (ended.kind !== 'answered' || ended.answer.batchItemFailures.length > 0) throw new Error('a batch failed')
      for (const run of inRuns(batch, 10)) await remove(run)
      done += batch.length
    }
  })
}

async function receive(): Promise<Message[]> {
  const batch: Message[] = []
  while (batch.length < 100) {
    const request = { QueueUrl: events.url, MaxNumberOfMessages: 10, ...all }
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(request))
    if (Messages.length === 0) return batch
    requests += 1
    batch.push(...Messages)
  }
  return batch
}

async function remove(run: readonly Message[]): Promise<void> {
  requests += 1
  const Entries = run.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }))
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: events.url, Entries }))
}

/** Every minute, as the schedule does it, until the last tick that finds the gate closed; answers how many there were. */
async function waitForReset(): Promise<number> {
  let ticks = 0
  for (; Date.now() + minuteMs < resetAt - patienceMs; ticks++) {
    await advance(minuteMs)
    await containers[0]?.invoke('resume-events')
  }
  return ticks
}

/** The next ticks, and what they move is consumed meanwhile; answers how long after the reset the first was on a phone. */
async function drain(): Promise<number> {
  const [mover, sender] = containers
  for (let tick = 0; tick < 3; tick++) {
    await advance(minuteMs)
    let isMoving = true
    const moved = mover?.invoke('resume-events').finally(() => {
      isMoving = false
    })
    for (let batch = await receive(); isMoving || batch.length > 0; batch = await receive()) {
      if (batch.length === 0) continue
      await sender?.invoke('send', toSqsEvent(batch, { queueArn: events.arn, region: 'us-east-1' }))
      const first = Math.min(...(await world.arrivals()).values())
      if (Number.isFinite(first)) return first - resetAt
    }
    await moved
  }
  return Number.POSITIVE_INFINITY
}

async function advance(ms: number): Promise<void> {
  moveTo(ahead() + ms)
  await world.control('/clock', { advance: ms })
}

function calls(path: string): Promise<number> {
  return callsOf(world.control, path)
}

function report(deadLetters: number): void {
  const each = (parking + waiting) / count
  const rows = [
    ['events that waited', `${count}`, parkedCount.toLocaleString('en'), parkedCount === count],
    ['requests to SQS for each', '≤ 0.5', each.toFixed(3), each <= 0.5],
    [`requests of ${ticks} minutes of waiting`, '', `${waiting}`, undefined],
    ['calls of template/send', '0', `${sendsWhileParked}`, sendsWhileParked === 0],
    ['calls of openapi/quota/get', '≤ 720', `${asksWhileParked}`, asksWhileParked <= 720],
    ['dead letters', '0', `${deadLetters}`, deadLetters === 0],
    [
      'first on a phone after the reset',
      '≤ 60 s',
      `${(drainedAfterMs / 1000).toFixed(1)} s`,
      drainedAfterMs <= minuteMs,
    ],
  ] as const
  const isMet = rows.every(([, , , met]) => met !== false)
  const lines = rows.map(([what, demanded, measured, met]) => [what, demanded, measured, verdictOf(met)])
  say(renderTable([['', 'demanded', 'measured', 'verdict'], ...lines]))
  for (const it of containers) it.kill()
  process.exit(isMet ? 0 : 1)
}
