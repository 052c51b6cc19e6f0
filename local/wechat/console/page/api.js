/** The box's control API for the views: reading that renews itself when the box says that something changed, and doing. */
import { useEffect, useState } from 'preact/hooks'
import { parts } from './parts.js'
import { t } from './taste.js'

/** What was read of a path: `data` is what the server said, and is checked by the tests in the browser. @typedef {{ path?: string, data?: any, error?: Error }} Reading */

const readers = new Set()
const watchers = new Set()
/** While news keep coming, a view reads so often at most. */
const restMs = 200
let isConnected = true

/** Calls the control API; throws an error whose message is for the visitor. */
export async function call(path, body) {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const answer = await fetch(`/_box${path}`, init).catch(() => {
    throw new Error(t('The box does not answer.', '连不上盒子。'))
  })
  const value = await answer.json().catch(() => ({}))
  if (!answer.ok) throw new Error(value.error ?? `HTTP ${answer.status}`)
  return value
}

/**
 * Reads a path, and again whenever one of the topics changed; no path reads nothing. With `keep` the old data stay while
 * those of another path are on their way; `ask` is called for another server than the box.
 *
 * @param {string | undefined} path
 * @param {string[]} topics
 * @returns {Reading}
 */
export function useData(path, topics, { keep = false, ask = call } = {}) {
  const [state, setState] = useState(/** @type {Reading} */ ({}))
  useEffect(() => {
    if (path === undefined) return undefined
    const reader = createReader(
      () => ask(path),
      topics,
      change => setState(old => ({ ...(old.path === path ? old : {}), ...change, path })),
    )
    readers.add(reader)
    void reader.read()
    return () => {
      reader.stop()
      readers.delete(reader)
    }
  }, [path, topics.join()])
  return state.path === path || (keep && path !== undefined) ? state : {}
}

/** Reads once at a time; what is asked for meanwhile is one reading afterwards. */
function createReader(ask, topics, tell) {
  let [isBusy, isStale, isOver] = [false, false, false]
  const read = async () => {
    isStale = isBusy || document.hidden
    if (isStale) return
    isBusy = true
    const change = await ask().then(
      data => ({ data, error: undefined }),
      error => ({ error }),
    )
    if (isOver) return
    tell(change)
    setTimeout(() => {
      isBusy = false
      if (isStale && !isOver) void read()
    }, restMs)
  }
  const stop = () => {
    isOver = true
  }
  return { topics, read, stop, isStale: () => isStale }
}

/** Whether the box is there. */
export function useConnected() {
  const [state, setState] = useState(isConnected)
  useEffect(() => {
    watchers.add(setState)
    setState(isConnected)
    return () => watchers.delete(setState)
  }, [])
  return state
}

function setConnected(value) {
  isConnected = value
  for (const watcher of watchers) watcher(value)
}

/** Has everything read again that shows one of the topics; without topics all. */
export function renew(topics) {
  for (const reader of readers)
    if (topics.length === 0 || topics.some(it => reader.topics.includes(it))) void reader.read()
}

function listen() {
  const source = new EventSource('/_box/live')
  source.onmessage = ({ data }) => {
    setConnected(true)
    const { topics } = JSON.parse(data)
    renew(topics)
  }
  source.onerror = () => {
    setConnected(false)
    // After a refusal the browser does not try again by itself.
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000)
  }
}

// Nobody looks at a hidden page: it reads when it is shown again.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) for (const reader of readers) if (reader.isStale()) void reader.read()
})

if (parts.includes('box')) listen()
