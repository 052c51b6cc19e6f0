/** The truth: what is on the phones, beside what the tables and queues say of it. */

import * as v from 'valibot'

import { createDeliveryStore } from '../../lib/adapters/dynamo-deliveries.ts'
import { inRuns } from '../../lib/pool.ts'
import { numberOf, type PlannedEvent } from './events.ts'
import { callsOf } from './script.ts'
import type { World } from './world.ts'

export type Truth = {
  readonly events: number
  readonly poison: number
  readonly once: number
  readonly lost: readonly string[]
  /** Messages beyond the first of their event. */
  readonly duplicates: number
  /** Good events that the table says anything of but that WeChat took them. */
  readonly falseFailures: readonly string[]
  readonly deadLetters: number
  /** Poison that is not among the dead letters, and dead letters that are no poison. */
  readonly poisonMissing: number
  readonly notPoison: number
  readonly poisonOnPhones: number
  readonly inReview: number
  readonly sends: number
  readonly tokenCalls: number
}

const messages = v.array(v.object({ data: v.record(v.string(), v.string()) }))

/** Counts what became of every event. */
export async function judge(world: World, planned: readonly PlannedEvent[]): Promise<Truth> {
  const arrived = new Map<number, number>()
  for (const { data } of v.parse(messages, await world.control('/messages'))) {
    arrived.set(numberOf(data), (arrived.get(numberOf(data)) ?? 0) + 1)
  }
  const good = planned.filter(it => !it.isPoison)
  const poison = planned.filter(it => it.isPoison)
  const counts = good.map(it => arrived.get(it.number) ?? 0)
  return {
    events: planned.length,
    poison: poison.length,
    once: counts.filter(it => it === 1).length,
    lost: good.filter(it => !arrived.has(it.number)).map(it => it.id),
    duplicates: counts.reduce((sum, it) => sum + Math.max(0, it - 1), 0),
    falseFailures: await recordedFalsely(world, good),
    poisonOnPhones: poison.filter(it => arrived.has(it.number)).length,
    ...(await asideOf(world, poison)),
    sends: await callsOf(world.control),
    tokenCalls: await callsOf(world.control, '/cgi-bin/stable_token'),
  }
}

async function recordedFalsely({ dynamo }: World, good: readonly PlannedEvent[]): Promise<string[]> {
  const store = createDeliveryStore(dynamo, 'deliveries', { now: Date.now, isIndexed: false })
  const wrong: string[] = []
  for (const run of inRuns(good, 100)) {
    const rows = await store.read(run.map(it => it.id))
    wrong.push(
      ...run.flatMap(({ id }) =>
        rows.get(id)?.delivery?.state === 'accepted' ? [] : `${id}: ${rows.get(id)?.delivery?.state}`,
      ),
    )
  }
  return wrong
}

async function asideOf({ queues }: World, poison: readonly PlannedEvent[]) {
  const dead = (await queues.look('events-dlq')).bodies
  const review = (await queues.look('events-review')).bodies
  const isPoison = new Set(poison.map(it => it.body))
  return {
    deadLetters: dead.length,
    poisonMissing: poison.filter(it => !dead.includes(it.body)).length,
    notPoison: dead.filter(it => !isPoison.has(it)).length,
    inReview: review.length,
  }
}
