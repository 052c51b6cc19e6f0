/** How messages are collected, and how many batches run at once. */
export type BatchOptions<T> = {
  /** A batch is closed at this many messages, */
  size: number
  /** or this long after its first message (milliseconds; 0 = with every arrival). */
  windowMs: number
  /** At most this many batches run at once. */
  concurrency: number
  run: (batch: T[]) => Promise<void>
}

/** Collects arriving messages into batches and runs them, a few at once. */
export type Batches<T> = {
  /** Adds messages; resolves when every full batch has been started, so that a poller waits for capacity. */
  add(messages: readonly T[]): Promise<void>
  /** Drops what has not been started, and resolves when nothing runs any more. */
  stop(): Promise<void>
}

/** Creates the batches of one function; `run` must not reject. */
export function createBatches<T>(options: BatchOptions<T>): Batches<T> {
  const running = new Set<Promise<void>>()
  let gathering: T[] = []
  let closed: T[][] = []
  const waiting: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  function close(atLeast: number): void {
    while (gathering.length >= atLeast && gathering.length > 0) closed.push(gathering.splice(0, options.size))
    if (gathering.length === 0) timer = void clearTimeout(timer)
    pump()
  }

  function pump(): void {
    while (running.size < options.concurrency) {
      const batch = closed.shift()
      if (!batch) break
      const work: Promise<void> = options.run(batch).finally(() => {
        running.delete(work)
        pump()
      })
      running.add(work)
    }
    if (closed.length === 0) for (const resume of waiting.splice(0)) resume()
  }

  return {
    async add(messages) {
      if (isStopped) return
      gathering.push(...messages)
      close(options.windowMs === 0 ? 1 : options.size)
      if (gathering.length > 0) timer ??= setTimeout(close, options.windowMs, 1)
      if (closed.length > 0) await new Promise<void>(resolve => waiting.push(resolve))
    },
    async stop() {
      isStopped = true
      gathering = []
      closed = []
      close(1)
      await Promise.all(running)
    },
  }
}
