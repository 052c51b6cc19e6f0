/**
 * `GET /api/live`: a stream of server-sent events that says what changed, so that the page asks for that. The stage is looked at
 * only while somebody listens, and as often as `views` allows.
 */

import { hash } from 'node:crypto'
import type { ServerResponse } from 'node:http'

import { begin } from './answer.ts'

/** What is looked at, by the name that the stream tells. */
export type LiveViews = Readonly<Record<string, () => Promise<unknown>>>

export type Live = {
  /** Adds a listener; false if there are too many. */
  listen(response: ServerResponse): boolean
  /** Looks once at all views, and tells the listeners which changed; does nothing while nobody listens. */
  look(): Promise<void>
  close(): void
}

const mostListeners = 16
/** What a listener that does not read is allowed to leave unread, in bytes. */
const mostUnread = 64 * 1024

/** Creates the stream; `explain` puts a failure into words that may be shown. */
export function createLive(views: LiveViews, explain: (error: unknown) => string): Live {
  const listeners = new Set<ServerResponse>()
  const seen = new Map<string, string>()

  const tell = (event: string, data: object) => {
    for (const it of listeners) {
      if (it.writableLength > mostUnread) it.destroy()
      else it.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    }
  }
  const lookAt = async (name: string, view: () => Promise<unknown>) => {
    const [event, data, state] = await view().then(
      it => ['changed', { view: name }, hash('sha256', JSON.stringify(it))] as const,
      error => ['trouble', { view: name, detail: explain(error) }, `trouble ${explain(error)}`] as const,
    )
    const before = seen.get(name)
    seen.set(name, state)
    if (before !== undefined && before !== state) tell(event, data)
    else if (before === undefined && event === 'trouble') tell(event, data)
  }

  return {
    listen(response) {
      if (listeners.size === mostListeners) return false
      begin(response, 200, 'text/event-stream; charset=utf-8')
      response.write('retry: 3000\n\n')
      listeners.add(response)
      response.on('close', () => listeners.delete(response))
      return true
    },
    async look() {
      if (listeners.size === 0) return
      for (const [name, view] of Object.entries(views)) await lookAt(name, view)
      // Whoever went away is noticed by a write.
      for (const it of listeners) it.write(': \n\n')
    },
    close() {
      for (const it of listeners) it.end()
    },
  }
}
