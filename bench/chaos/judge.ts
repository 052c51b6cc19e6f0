/** The truth: what is on the phones, beside what tables, queues and the bus say of it. */

import { callsOf } from '../../kit/control.ts'
import { silentLog } from '../../kit/silent.ts'
import { createDeliveryStore } from '../../lib/adapters/dynamo/deliveries.ts'
import { inRuns } from '../../lib/pool.ts'
import type { Delivery } from '../../lib/send/delivery.ts'
import { readArrivals } from '../addressees.ts'
import type { Telling } from './bus.ts'
import { badCopyOf } from './events.ts'
import { sendPath } from './script.ts'
import { type Case, type PlayedEvent, problemsOf } from './verdict.ts'
import type { World } from './world.ts'

export type Truth = {
  readonly events: number
  readonly poison: number
  readonly once: number
  /** Good ones that were rightly not sent, and say so. */
  readonly dropped: number
  readonly inDoubt: number
  readonly inDoubtOnPhones: number
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  /** Deliveries and tellings of the bus that are not true. */
  readonly falseStates: readonly string[]
  /** In doubt although nothing can have left, or nothing outlived WeChat's ten minutes. */
  readonly inventedDoubt: readonly string[]
  /** On a phone, and the bus was never told so. */
  readonly untold: readonly string[]
  readonly deadLetters: number
  /** Poison that is not among the dead letters, and dead letters that are no poison. */
  readonly poisonMissing: number
  readonly notPoison: number
  /** In review, and neither in doubt nor taken by another copy; or in doubt and not in review. */
  readonly reviewWrong: readonly string[]
  readonly sends: number
  readonly tokenCalls: number
}

/** Judges every event, and counts. */
export async function judge(world: World, played: readonly PlayedEvent[]): Promise<Truth> {
  const cases = await casesOf(world, played)
  const good = cases.filter(it => !it.event.isPoison)
  const found = cases.map(problemsOf)
  const doubted = good.filter(it => it.mark?.state === 'in-doubt')
  return {
    events: cases.length,
    poison: cases.length - good.length,
    once: good.filter(it => it.arrivals.length === 1).length,
    dropped: good.filter(it => it.mark?.state === 'dropped' && it.arrivals.length === 0).length,
    inDoubt: doubted.length,
    inDoubtOnPhones: doubted.filter(it => it.arrivals.length > 0).length,
    lost: found.flatMap(it => it.lost),
    doubled: found.flatMap(it => it.doubled),
    falseStates: found.flatMap(it => it.falseStates),
    inventedDoubt: found.flatMap(it => it.inventedDoubt),
    untold: found.flatMap(it => it.untold),
    ...(await asideOf(world, cases)),
    sends: await callsOf(world.control, sendPath),
    tokenCalls: await callsOf(world.control, '/cgi-bin/stable_token'),
  }
}

async function casesOf(world: World, played: readonly PlayedEvent[]): Promise<Case[]> {
  const arrivals = Map.groupBy(await readArrivals(world.control), it => it.number)
  const tellings = Map.groupBy(world.tellings, it => it.id)
  const marks = await marksOf(world, played)
  return played.map(event => ({
    event,
    arrivals: (arrivals.get(event.number) ?? []).map(it => it.at),
    tellings: tellings.get(event.id) ?? noTellings,
    mark: marks.get(event.id),
    evidence: world.witness.of(event.number),
  }))
}

const noTellings: readonly Telling[] = []

/** What cannot be read shows as a delivery that says nothing. */
async function marksOf({ dynamo }: World, played: readonly PlayedEvent[]): Promise<Map<string, Delivery>> {
  const store = createDeliveryStore(dynamo, 'deliveries', { now: Date.now, log: silentLog, isIndexed: false })
  const marks = new Map<string, Delivery>()
  for (const run of inRuns(played, 100)) {
    for (const [id, { delivery }] of await store.read(run.map(it => it.id))) if (delivery) marks.set(id, delivery)
  }
  return marks
}

async function asideOf({ queues }: World, cases: readonly Case[]) {
  const dead = (await queues.look('events-dlq')).bodies
  const review = new Set((await queues.look('events-review')).bodies)
  const bodiesOf = (...states: string[]) =>
    new Set(cases.flatMap(({ event, mark }) => (states.includes(mark?.state ?? '') ? event.body : [])))
  const inDoubt = bodiesOf('in-doubt')
  // It is put aside before its mark is written: meanwhile WeChat may have taken another copy of it.
  const mayBeReviewed = bodiesOf('in-doubt', 'accepted', 'delivered')
  const poison = cases.flatMap(({ event }) => (event.isPoison ? event.body : []))
  const mayDie = new Set([...poison, ...cases.flatMap(({ event }) => badCopiesOf(event))])
  return {
    deadLetters: dead.length,
    poisonMissing: poison.filter(it => !dead.includes(it) && !inDoubt.has(it)).length,
    notPoison: dead.filter(it => !mayDie.has(it)).length,
    reviewWrong: [
      ...missing(inDoubt, review).map(it => `in doubt, and not in review: ${it}`),
      ...missing(review, mayBeReviewed).map(it => `in review without cause: ${it}`),
    ],
  }
}

function missing(some: ReadonlySet<string>, among: ReadonlySet<string>): string[] {
  return [...some].filter(it => !among.has(it))
}

function badCopiesOf(event: PlayedEvent): string[] {
  return event.wave.hasBadCopies && !event.isPoison ? [badCopyOf(event)] : []
}
