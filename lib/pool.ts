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
  await allEnded(Array.from({ length: Math.min(width, items.length) }, lane))
}

export type ReadAhead<T> = AsyncIterable<T> & {
  /** Reads no more; what was read and is still wanted can be taken. */
  stop(): void
}

/**
 * Reads a source at once, before anybody wants its items: at most `depth` of them wait. A failure is thrown where its item
 * is taken, and nothing is read behind it.
 */
export function readAhead<T>(source: AsyncIterator<T, void>, depth: number): ReadAhead<T> {
  const waiting: Promise<IteratorResult<T, void>>[] = []
  let [isReading, isStopped] = [false, false]
  const stop = () => {
    isStopped = true
  }
  const read = () => {
    if (isReading || isStopped || waiting.length === depth) return
    isReading = true
    const item = source.next()
    waiting.push(item)
    item.then(({ done }) => {
      isReading = false
      if (!done) read()
    }, stop)
  }
  const next = async (): Promise<IteratorResult<T, void>> => {
    const item = waiting.shift()
    read()
    return (await item) ?? ended
  }
  const end = async () => {
    stop()
    return ended
  }
  read()
  return { stop, [Symbol.asyncIterator]: () => ({ next, return: end }) }
}

const ended = { done: true, value: undefined } as const

/** Splits a list into chunks of at most `size`. */
export function inRuns<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, run) => items.slice(run * size, (run + 1) * size))
}

/**
 * Runs `work` over all items, at most `width` at a time. A free slot goes to the lane with the fewest items in flight,
 * so that a lane whose work hangs delays only itself; a single lane may use all slots. Lanes known to be in `trouble`
 * get only the slots that no other lane needs.
 */
export async function inLanes<T extends { readonly lane: string }>(
  items: readonly T[],
  { width, trouble }: { readonly width: number; readonly trouble: ReadonlySet<string> },
  work: (item: T) => Promise<void>,
): Promise<void> {
  const groups = [...Map.groupBy(items, it => it.lane)]
  const lanes = groups.map(([name, all]) => ({ name, waiting: all.toReversed(), busy: 0 }))
  const rank = (it: (typeof lanes)[number]) => it.busy + (trouble.has(it.name) ? width : 0)
  const next = () => {
    let first: (typeof lanes)[number] | undefined
    for (const it of lanes) if (it.waiting.length > 0 && (first === undefined || rank(it) < rank(first))) first = it
    return first
  }
  const run = async () => {
    for (let lane = next(); lane !== undefined; lane = next()) {
      const item = lane.waiting.pop()
      lane.busy += 1
      if (item !== undefined) await work(item)
      lane.busy -= 1
    }
  }
  await allEnded(Array.from({ length: Math.min(width, items.length) }, run))
}

async function allEnded(runs: readonly Promise<void>[]): Promise<void> {
  for (const it of await Promise.allSettled(runs)) if (it.status === 'rejected') throw it.reason
}

export type Slots = <T>(work: () => Promise<T>) => Promise<T>

/** Limits how many pieces of work run at once; they start in the order of arrival. */
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
