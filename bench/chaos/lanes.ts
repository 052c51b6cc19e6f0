/** All lanes at once, and their outcomes as one. */

import { join } from 'node:path'

import { start } from '../../kit/processes.ts'
import { count, type Tally } from './chance.ts'
import type { FunctionName } from './container.ts'
import type { Outcome, Plan } from './run.ts'

type How = { readonly file: string; readonly name: FunctionName; readonly tell: (done: number) => void }

/** Plays all waves; `tell` hears of how many events are through. */
export async function runLanes(plan: Omit<Plan, 'lane'>, how: How): Promise<Outcome> {
  const done = Array.from({ length: plan.lanes }, () => 0)
  const tell = (lane: number, events: number) => {
    done[lane] = events
    how.tell(done.reduce((sum, it) => sum + it))
  }
  const outcomes = await Promise.all(done.map((_, lane) => runLane({ ...plan, lane }, { ...how, tell })))
  return outcomes.reduce(joined)
}

async function runLane(
  plan: Plan,
  { file, name, tell }: Omit<How, 'tell'> & { tell: (...of: [number, number]) => void },
) {
  const { call, stop } = start(join(import.meta.dirname, 'lane.ts'), { services: { chaos: { tell } } })
  const outcome = await call('lane', 'run', [plan, file, name])
  await stop()
  return outcome as Outcome
}

function joined(one: Outcome, other: Outcome): Outcome {
  const faults: Tally = new Map(one.faults)
  for (const [name, it] of other.faults) count(faults, name, it)
  const most = { seconds: Math.max(one.seconds, other.seconds), clockHours: Math.max(one.clockHours, other.clockHours) }
  return { ...addUp(one, other), faults, ...most }
}

/** Adds up the numbers, and joins the lists and what is counted by name. */
function addUp<T extends object>(one: T, other: T): T {
  const added = Object.entries(one).map(([name, value]) => [name, plus(value, Reflect.get(other, name))])
  return Object.fromEntries(added) as T
}

function plus(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other)) return [...one, ...other]
  if (typeof one === 'number' && typeof other === 'number') return one + other
  return other
}
