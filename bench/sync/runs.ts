/** A list of followers synced three times: first, unchanged, and with one in a hundred changed. */

import { type Measured, measure, type Run } from './measure.ts'
import { openWorld } from './world.ts'

const dayMs = 86_400_000

/** `isBare` makes the same calls barely, once more. */
export type Plan = { readonly followers: number; readonly latencyMs: number; readonly isBare: boolean }

/** Syncs a list of so many; `tell` hears of each sync run before it begins. */
export async function measureRuns(
  { followers, latencyMs, isBare }: Plan,
  tell: (title: string) => void,
): Promise<Measured[]> {
  const changed = Math.ceil(followers / 200)
  const world = await openWorld(followers + changed, latencyMs)
  const run = (title: string, change: Partial<Run>, day: number) => {
    tell(`${title} sync run of ${followers.toLocaleString('en')}`)
    const given = { aheadMs: day * dayMs, latencyMs, isBare }
    return measure(world, { title, followers, added: 0, removed: 0, ...change }, given)
  }
  try {
    await world.list.change(0, followers, 1, 1)
    const first = await run('first', { added: followers }, 0)
    const unchanged = await run('unchanged', {}, 1)
    // Half of them left, spread over the whole list, and one fewer came: of a list that ends with a full page who left is asked for.
    await world.list.change(0, followers, 200, 0)
    await world.list.change(followers, followers + changed - 1, 1, 1)
    const rest = { followers: followers - 1, added: changed - 1, removed: changed }
    const last = await run('next', rest, 2)
    return [first, unchanged, last]
  } finally {
    await world.close()
  }
}
