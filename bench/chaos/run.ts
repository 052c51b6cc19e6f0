/** One lane of a chaos run: its waves, each until nothing is left of it anywhere, in a world of its own. */

import type { Message } from '@aws-sdk/client-sqs'
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import { appids } from '../../kit/app.ts'
import { feedOf } from '../../kit/deployment.ts'
import { createRandom } from '../../kit/random.ts'
import { createGateStore } from '../../lib/adapters/dynamo/gate.ts'
import { inRuns } from '../../lib/pool.ts'
import { type Chance, count, createChance, type Tally } from './chance.ts'
import type { FunctionName } from './container.ts'
import type { Container } from './containers.ts'
import { type Course, createCourse } from './course.ts'
import { type Crew, createCrew } from './crew.ts'
import { type PlannedEvent, planEvents } from './events.ts'
import { judge, type Truth } from './judge.ts'
import { arm, doom, mayBeKilled } from './kills.ts'
import { dressed, messagesOf, type Message as Pushed } from './load.ts'
import { createMapping, type Mapping } from './mapping.ts'
import { parkedQueue } from './queues.ts'
import { scriptFaults } from './script.ts'
import type { PlayedEvent } from './verdict.ts'
import { type Wave, waves } from './waves.ts'
import { openWorld, type World } from './world.ts'

/** `lane` is one of so many `lanes` that play at the same time, each a part of the waves. */
export type Plan = {
  readonly events: number
  readonly kills: number
  readonly seed: number
  /** Only the waves with this in their name are played. */
  readonly only: string
  readonly lanes: number
  readonly lane: number
}
export type Outcome = Truth & {
  readonly faults: Tally
  readonly kills: number
  readonly seconds: number
  readonly clockHours: number
}

type Run = {
  readonly plan: Plan
  readonly stage: Stage
  readonly world: World
  readonly crew: Crew
  readonly mapping: Mapping
  readonly chance: Chance
  readonly faults: Tally
  readonly done: { events: number; kills: number }
}
/** Where the run stands: in which wave, and how far its trouble is. */
type Stage = { wave: Wave; course: Course }

/** What becomes visible within it comes together. */
const { windowMs } = feedOf('send')
const minuteMs = 60_000
/** In each lane. */
const containers = 3

/** Runs a lane's part of the load through a function; `tell` hears of how many events are through. */
export async function runLane(plan: Plan, { file, name, tell }: How): Promise<Outcome> {
  const began = { real: performance.now(), clock: Date.now() }
  const faults: Tally = new Map()
  const chanceOf = (part: number) => createChance((plan.seed * plan.lanes + plan.lane) * 10 + part, faults)
  const stage: Stage = { wave: { name: 'calm', isDeadly: false }, course: createCourse(undefined) }
  const world = await openWorld(faultsOf(stage, { store: chanceOf(1), queue: chanceOf(2), bus: chanceOf(5) }))
  const crew = await createCrew(containers, file, world)
  try {
    await world.linkFollowers()
    const mapping = createMapping(world, { name, chance: chanceOf(3), mayDouble: () => stage.course.mayDouble() })
    const run: Run = { plan, stage, world, crew, mapping, chance: chanceOf(4), faults, done: { events: 0, kills: 0 } }
    const played = await playWaves(run, tell)
    const seconds = (performance.now() - began.real) / 1000
    const clockHours = (Date.now() - began.clock) / 3_600_000
    return { ...(await judge(world, played)), faults, kills: run.done.kills, seconds, clockHours }
  } finally {
    crew.close()
    await world.close()
  }
}

/** What the tables and the queues do in the present wave. */
function faultsOf(stage: Stage, chances: Record<'store' | 'queue' | 'bus', Chance>): Parameters<typeof openWorld>[0] {
  return {
    store(isBatch) {
      const { store } = stage.wave
      if (store === undefined || (store === 'unprocessed' && !isBatch)) return undefined
      return chances.store.strikes(`table: ${store}`) ? store : undefined
    },
    queue() {
      const { wave, course } = stage
      const queue = course.mayDouble() ? wave.queue : wave.queue && 'refused'
      return queue !== undefined && chances.queue.strikes(`queue: ${queue}`) ? queue : undefined
    },
    bus: () => chances.bus.strikes('bus: refused at first'),
  }
}

/** One wave after the other; answers all events that were pushed. */
async function playWaves(run: Run, tell: How['tell']): Promise<PlayedEvent[]> {
  const { events, seed, only, lanes, lane } = run.plan
  const all = planEvents(events, createRandom(seed))
  const chosen = waves.filter(it => it.name.includes(only))
  const runs = inRuns(all, Math.ceil(all.length / chosen.length))
  const played: PlayedEvent[] = []
  for (const [index, wave] of chosen.entries()) {
    if (index % lanes !== lane) continue
    run.stage.wave = wave
    played.push(...(await playWave(run, runs[index] ?? [])))
    tell(played.length)
  }
  return played
}

/** How many processes are to be dead by now: a little early, so that none is missing at the end. */
function killsDue({ plan: { kills, lanes, events }, done }: Run): number {
  const most = Math.ceil(kills / lanes)
  return Math.min(most, Math.ceil((1.3 * most * done.events * lanes) / events))
}

type How = { readonly file: string; readonly name: FunctionName; readonly tell: (done: number) => void }

async function playWave(run: Run, planned: readonly PlannedEvent[]): Promise<PlayedEvent[]> {
  const { world, faults, chance, stage } = run
  const { wave } = stage
  const gone = new Set<number>()
  const course = createCourse(wave.trouble, { world, random: chance.random, events: planned.length, gone })
  stage.course = course
  await course.start()
  const script = wave.fault && (await scriptFaults(world.control, wave.fault, planned.length, chance.random))
  const events = dressed(planned, wave, chance)
  await push(world, messagesOf(events, wave, chance))
  run.done.events += events.length
  await drain(run)
  if (script !== undefined) count(faults, `WeChat: ${wave.name}`, await script.end())
  await course.finish()
  return events.map(it => ({ ...it, wave, mayBeDropped: it.expiresAt !== undefined || gone.has(it.person) }))
}

async function push({ sqs, events }: World, messages: readonly Pushed[]): Promise<void> {
  for (const some of inRuns(messages, 10)) {
    const Entries = some.map((it, index) => ({ ...it, Id: `${index}` }))
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: events.url, Entries }))
  }
}

/** Works until nothing is left; when all is still, the clock moves to where something happens again. */
async function drain(run: Run): Promise<void> {
  const running = new Set<Promise<void>>()
  do {
    await workThrough(run, running)
    await Promise.all(running)
  } while (await moveOn(run))
}

/**
 * Hands out what is visible until nothing is. Where messages come late a round is as many batches as there are
 * containers: what becomes visible meanwhile comes with the next, not one by one.
 */
async function workThrough(run: Run, running: Set<Promise<void>>): Promise<void> {
  const { course, wave } = run.stage
  const most = wave.lateSeconds !== undefined ? containers : Number.POSITIVE_INFINITY
  for (let taken = 0; taken < most; taken++) {
    const container = await run.crew.take()
    const batch = await run.mapping.next()
    if (batch.length > 0 && !course.isThrottled()) {
      const work = runBatch(run, container, batch).finally(() => running.delete(work))
      running.add(work)
      continue
    }
    run.crew.giveBack(container, true)
    if (batch.length > 0) continue
    if (running.size === 0) return
    await Promise.race(running)
  }
}

async function runBatch(run: Run, container: Container, batch: readonly Message[]): Promise<void> {
  prepare(run, container, batch)
  const { isAlive } = await run.mapping.run(container, batch)
  run.crew.giveBack(container, isAlive)
}

/** Decides what happens to an invocation. */
function prepare(run: Run, container: Container, batch: readonly Message[]): void {
  const { stage, done, chance, faults } = run
  const { wave, course } = stage
  const killed = (where: string) => count(faults, `process killed ${where}`, { struck: 1, of: 0 })
  const death = course.death()
  const isDue = done.kills < killsDue(run)
  if (death !== undefined) doom(container, death, chance.random, () => killed(`${death} the first call, in a row`))
  else if (wave.isDeadly && isDue && mayBeKilled(batch, Date.now())) {
    arm(container, batch.length, chance.random, where => {
      done.kills += 1
      killed(`at the ${where}`)
    })
  } else if (wave.isRevoked && chance.strikes('WeChat: token replaced')) revokeAmid(run, container, batch.length)
}

/** Another system gets a token for itself, while the calls of this batch are under way. */
function revokeAmid({ world, chance }: Run, container: Container, size: number): void {
  let left = 1 + chance.random(size)
  container.listener = (edge, moment) => {
    if (edge === 'wechat' && moment === 'request' && --left === 0) {
      void world.control('/tokens/revoke', { app: 'official' })
    }
    return 'pass'
  }
}

/** False if nothing is left to wait for. */
async function moveOn({ world, crew, stage: { course, wave } }: Run): Promise<boolean> {
  await course.stillness()
  const [events, parked] = await Promise.all([world.queues.look('events'), world.queues.look(parkedQueue)])
  const dues = [...events.dueAt, ...parked.dueAt]
  if (parked.bodies.length > 0) dues.push(await resumeAt(world))
  if (dues.length === 0) return events.ready > 0
  const due = Math.min(...dues) + Math.max(windowMs, (wave.lateSeconds ?? 0) * 1000)
  await world.advanceTo(Math.min(due, course.endsAt()))
  if (await course.endIfOver()) return true
  if (parked.bodies.length === 0) return true
  const container = await crew.take()
  const ended = await container.invoke('resume-events')
  crew.giveBack(container, ended.kind !== 'killed')
  return true
}

/** The next full minute in which the gate is open. */
async function resumeAt({ dynamo }: World): Promise<number> {
  const { closedUntil = 0 } = await createGateStore(dynamo, 'deliveries', { official: appids.official }).read()
  return (Math.floor(Math.max(Date.now(), closedUntil) / minuteMs) + 1) * minuteMs
}
