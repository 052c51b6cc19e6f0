import type { Offline } from './serverless.ts'

/** The functions while the stack runs; their process may be another one after a while. */
export type Functions = Offline & {
  /** Ends the process and starts another one; resolves with serverless.yml as that one resolved it, once it answers. */
  restart(next: () => Offline): Promise<unknown>
}

/** Starts the functions' process; only an end that nobody asked for counts as one. */
export function openFunctions(start: () => Offline): Functions {
  let current = start()
  let [isReplacing, isStopped] = [false, false]
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  const watch = (offline: Offline) =>
    void offline.ended.then(reason => {
      if (!isReplacing) resolve(reason)
    })
  watch(current)

  return {
    config: current.config,
    ready: current.ready,
    ended,
    async restart(next) {
      isReplacing = true
      await current.stop()
      await current.ended
      isReplacing = false
      if (isStopped) return current.config
      current = next()
      watch(current)
      await current.ready
      return current.config
    },
    async stop() {
      isStopped = true
      await current.stop()
    },
  }
}
