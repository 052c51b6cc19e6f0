/** Requeues events from quota hold. */

import { inParallel } from '../pool.ts'
import type { Now, Quota } from '../ports.ts'
import { overdueMs } from './overdue.ts'
import type { Gate, ParkedEvents, Priority } from './ports.ts'
import { isPaced } from './send-pace.ts'

/** Nothing is begun after `until` (ms). */
export type Limits = { readonly until: number }
type Deps = { readonly parked: ParkedEvents; readonly now: Now }

/** A minute's worth, where WeChat does not tell how many calls it takes in one. */
const usualPerMinute = 10_000
const lanes = Array.from({ length: 10 }, (_, lane) => lane)

/** SQS lets 120,000 messages of a queue be out of sight at once. */
const mostSeen = 100_000

type Move = {
  readonly gate: Gate
  readonly quota: Quota | undefined
  readonly priorities: readonly Priority[]
  readonly most?: number
}

/** Moves events back: no more than WeChat takes in a minute, has left of the day, and `most`. Answers how many. */
export async function moveBack(
  { gate, quota, priorities, most = Number.POSITIVE_INFINITY }: Move,
  deps: Deps,
  limits: Limits,
) {
  const perMinute = isPaced(gate.pace, deps.now()) ? Math.ceil(gate.pace.perMinute) : usualPerMinute
  let left = Math.min(quota?.perMinute ?? perMinute, perMinute, quota?.remain ?? Number.POSITIVE_INFINITY, most)
  const before = left
  for (const priority of priorities) left -= await moveOf(priority, left, deps, limits)
  return before - left
}

async function moveOf(priority: Priority, most: number, { parked, now }: Deps, { until }: Limits) {
  let left = most
  let moved = 0
  await inParallel(lanes, lanes.length, async () => {
    while (left > 0 && now() < until) {
      const share = Math.min(10, left)
      left -= share
      const count = await parked.moveBack(priority, share)
      moved += count
      if (count === 0) return
    }
  })
  return moved
}

/**
 * Moves events back that were pushed over three days ago, whatever quota there is: the sender reports them, and holds them anew or
 * dead-letters them, before their queue would delete them. Answers how many.
 */
export async function moveOldBack({ parked, now }: Deps, { until }: Limits): Promise<number> {
  const heldBefore = now()
  // Those that the sender holds anew meanwhile have passed it.
  const old = { pushedBefore: heldBefore - overdueMs, heldBefore }
  let moved = 0
  for (const priority of ['urgent', 'usual'] as const) {
    let left = mostSeen
    await inParallel(lanes, lanes.length, async () => {
      for (let seen = 1; seen > 0 && left > 0 && now() < until; left -= seen) {
        const looked = await parked.moveOldBack(priority, old)
        seen = looked.seen
        moved += looked.moved
      }
    })
  }
  return moved
}
