/** Tells pages that something changed, so that they need not ask again and again; pages read the news by the control API. */

/** What changed: people and rules (by the control API), chats, calls that came in, callbacks that went out. */
export type Topic = 'people' | 'chats' | 'calls' | 'callbacks'

type Listener = (topics: readonly Topic[]) => void

/** The notices of a box; it outlives a reset. */
export type Live = ReturnType<typeof createLive>

/** A thousand changes a second are ten notices, however many pages listen. */
const gapMs = 100

/** Creates it without listeners. */
export function createLive() {
  const listeners = new Set<Listener>()
  const changed = new Set<Topic>()
  let timer: NodeJS.Timeout | undefined

  function tell(): void {
    timer = undefined
    const topics = [...changed]
    changed.clear()
    for (const listener of listeners) listener(topics)
  }

  return {
    changed: (topic: Topic) => {
      if (listeners.size === 0) return
      changed.add(topic)
      timer ??= setTimeout(tell, gapMs)
    },
    /** Calls the listener with each notice until the returned function is called. */
    listen: (listener: Listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    listeners: () => listeners.size,
    close: () => {
      clearTimeout(timer)
      listeners.clear()
    },
  }
}
