/**
 * A hundred thousand events that wait for the day's quota: what they cost in requests to SQS until midnight in China, and
 * how soon the first of them is on a phone after that, on the simulator's clock. Real functions, fauxqs, WeChat in a box.
 *
 * Ends with 1 if a demand is missed. `--events 10000` is quicker.
 */

import '../kit/clock.ts'

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import { appids } from '../kit/app.ts'
import { ahead, moveTo } from '../kit/clock.ts'
import { endOnSignal, say, wholeNumber } from '../kit/command.ts'
import { callsOf } from '../kit/control.ts'
import { functionSecrets } from '../kit/function-environment.ts'
import { bundle } from '../kit/processes.ts'
import { inParallel, inRuns } from '../lib/pool.ts'
import { secondsToReset } from '../lib/quota-reset.ts'
import { openParameterStore } from '../local/parameter-store.ts'
import { startContainer } from './chaos/containers.ts'
import { createMapping } from './chaos/mapping.ts'
import { makeQueues, openQueues, parkedQueue } from './chaos/queues.ts'
import { createWitness } from './chaos/witness.ts'
import { renderTable, verdictOf } from './figures.ts'
import { openWorld } from './parked/world.ts'
import { withProgress } from './progress.ts'
import { makeEvents } from './speed/load.ts'

const { values } = parseArgs({ options: { events: { type: 'string', default: '100000' } } })
const count = wholeNumber('events', values.events, 100)

const minuteMs = 60_000
/** A tick so shortly before the reset waits for it (lib/send/resume-events.ts). */
const patienceMs = 21_000
const dayQuota = 45009
const sendPath = '/cgi-bin/message/template/send'
const quotaPath = '/cgi-bin/openapi/quota/get'

endOnSignal()

let requests = 0
const world = await openWorld()
const queues = await openQueues(() => undefined)
const { sqs, events } = await makeQueues(queues.port)
const secrets = await openParameterStore(0, functionSecrets)
const witness = createWitness()
/** Ten messages a receive and a delete, a hundred an invocation; nothing goes wrong on the way. */
const calm = { random: () => 0, strikes: () => false }
const mapping = createMapping({ sqs, events, witness }, { name: 'send', chance: calm, mayDouble: () => false })
const containers = await startContainers()
const [mover, sender] = containers

const resetAt = Date.now() + secondsToReset(dayQuota, Date.now()) * 1000
await closeGate(resetAt)
await withProgress('pushing', push)
// Others push the events: their requests do not count.
sqs.middlewareStack.add(next => args => next(args).finally(() => requests++), { step: 'build' })
const sendsBefore = await calls(sendPath)
const asksBefore = await calls(quotaPath)
await withProgress('parking', consume)
const parking = requests
requests = 0
const ticks = await withProgress('waiting', waitForReset, () => 1 - (resetAt - Date.now()) / (24 * 60 * minuteMs))
const waiting = requests
const sendsWhileParked = (await calls(sendPath)) - sendsBefore
const asksWhileParked = (await calls(quotaPath)) - asksBefore
const parkedCount = (await queues.look(parkedQueue)).bodies.length
const drainedAfterMs = await withProgress('draining', drain)
report((await queues.look('events-dlq')).bodies.length)

/** One that sends, and one that moves; what they ask of SQS is counted. */
async function startContainers() {
  const file = await bundle(join(import.meta.dirname, 'chaos/container.ts'))
  const portOf = (url: string) => Number(new URL(url).port)
  const stores = { store: portOf(world.awsUrl), queue: queues.port, secrets: portOf(secrets.url) }
  const around = { ports: { wechat: portOf(world.url), ...stores }, witness }
  const startOne = async () => {
    const container = await startContainer(file, around)
    container.listener = (edge, moment) => {
      if (edge === 'queue' && moment === 'request') requests += 1
      return 'pass'
    }
    return container
  }
  return Promise.all([startOne(), startOne()])
}

/** As the sender does it when WeChat says 45009, whose quota is used up until the reset. */
async function closeGate(until: number): Promise<void> {
  await world.control('/quota', { app: 'official', path: sendPath, day: count, used: count })
  const closed = { closedUntil: { N: `${until}` }, closedAt: { N: `${Date.now()}` }, errcode: { N: `${dayQuota}` } }
  await world.aws.fill('deliveries', [{ id: { S: `gate#send#${appids.official}` }, ...closed }])
}

async function push(): Promise<void> {
  const runs = inRuns(makeEvents(count, 'order-paid'), 10)
  await inParallel(runs, 4, async run => {
    const Entries = run.map(({ body }, index) => ({ Id: `${index}`, MessageBody: body }))
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: events.url, Entries }))
  })
}

async function consume(tell: (part: number) => void): Promise<void> {
  let done = 0
  await inParallel(containers, containers.length, async container => {
    for (let batch = await mapping.next(); batch.length > 0; batch = await mapping.next()) {
      const ended = await mapping.run(container, batch)
      if (ended.done < batch.length) throw new Error('a batch failed')
      done += batch.length
      tell(done / count)
    }
  })
}

/** Every minute, as the schedule does it, until the last tick that finds the gate closed; answers how many there were. */
async function waitForReset(): Promise<number> {
  let ticks = 0
  for (; Date.now() + minuteMs < resetAt - patienceMs; ticks++) {
    await advance(minuteMs)
    await mover.invoke('resume-events')
  }
  return ticks
}

/** The next ticks, and what they move is consumed meanwhile; answers how long after the reset the first was on a phone. */
async function drain(): Promise<number> {
  for (let tick = 0; tick < 3; tick++) {
    await advance(minuteMs)
    let isMoving = true
    const moved = mover.invoke('resume-events').finally(() => {
      isMoving = false
    })
    for (let batch = await mapping.next(); isMoving || batch.length > 0; batch = await mapping.next()) {
      if (batch.length === 0) continue
      await mapping.run(sender, batch)
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
  const soon = `${(drainedAfterMs / 1000).toFixed(1)} s`
  const rows = [
    ['events that waited', `${count}`, parkedCount.toLocaleString('en'), parkedCount === count],
    ['requests to SQS for each', '≤ 0.5', each.toFixed(3), each <= 0.5],
    [`requests of ${ticks} minutes of waiting`, '', `${waiting}`, undefined],
    ['calls of template/send', '0', `${sendsWhileParked}`, sendsWhileParked === 0],
    ['calls of openapi/quota/get', '≤ 720', `${asksWhileParked}`, asksWhileParked <= 720],
    ['dead letters', '0', `${deadLetters}`, deadLetters === 0],
    ['first on a phone after the reset', '≤ 60 s', soon, drainedAfterMs <= minuteMs],
  ] as const
  const isMet = rows.every(([, , , met]) => met !== false)
  const lines = rows.map(([what, demanded, measured, met]) => [what, demanded, measured, verdictOf(met)])
  say(renderTable([['', 'demanded', 'measured', 'verdict'], ...lines]))
  for (const it of containers) it.kill()
  process.exit(isMet ? 0 : 1)
}
