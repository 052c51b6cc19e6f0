/** Runs `work` over all items, at most `width` at a time; rejects with the first failure once all have ended. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values()
  const lane = async () => {
    for (const item of waiting) await work(item)
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, lane))
  for (const it of lanes) if (it.status === 'rejected') throw it.reason
}

/** Splits a list into runs of at most `size`. */
export function inRuns<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, run) => items.slice(run * size, (run + 1) * size))
}

/**
 * Runs `work` over all items, at most `width` at a time, and of those of one lane no more than half, so that a lane whose
 * work hangs does not hold up the others.
 */
export async function inLanes<T extends { readonly lane: string }>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const lanes = Map.groupBy(items, it => it.lane)
  if (lanes.size < 2) return inParallel(items, width, work)
  const inSlot = createSlots(width)
  const half = Math.ceil(width / 2)
  await Promise.all([...lanes.values()].map(lane => inParallel(lane, half, it => inSlot(() => work(it)))))
}

export type Slots = <T>(work: () => Promise<T>) => Promise<T>

/** Lets so many pieces of work run at once, in the order in which they came. */
export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = []
  let free = count
  return async work => {
    if (free > 0) free -= 1
    else await new Promise<void>(go => waiting.push(go))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}
