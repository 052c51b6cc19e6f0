/** The stage behind the views Events and Work: the same API for the local stack and for a stage on AWS. */
import { useEffect, useState } from 'preact/hooks'
import { renew, useData } from './api.js'
import { parts } from './parts.js'
import { t } from './taste.js'

/** What the stage tells of by server-sent events. */
const topics = ['stage-events', 'stage-queues', 'stage-lists']
const watchers = new Set()
let trouble

/** Asks the stage; throws an error whose message is for the visitor, with the `code` of a refusal. */
export async function ask(path, body) {
  const headers = { 'content-type': 'application/json' }
  const init =
    body === undefined ? {} : { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) }
  const answer = await fetch(`/api${path}`, init).catch(() => {
    throw new Error(t('The console’s server does not answer.', '控制台服务没有回答。'))
  })
  const value = await answer.json().catch(() => ({}))
  if (!answer.ok) throw Object.assign(new Error(value.detail ?? `HTTP ${answer.status}`), { code: value.code })
  return value
}

/** Reads a path, and again whenever one of the topics changed: `events`, `queues`, `lists`. */
export const useStage = (path, of = [], options = {}) =>
  useData(
    path,
    of.map(it => `stage-${it}`),
    { ...options, ask },
  )

/** What the stage is: its name, its accounts, and whether it may be changed. */
export const useAbout = () => useStage('/stage', ['lists']).data

/** Why the stage cannot be looked at just now, in words; undefined while it can. */
export function useTrouble() {
  const [state, setState] = useState(trouble)
  useEffect(() => {
    watchers.add(setState)
    setState(trouble)
    return () => watchers.delete(setState)
  }, [])
  return state
}

function setTrouble(words) {
  trouble = words
  for (const watcher of watchers) watcher(words)
}

function listen() {
  const source = new EventSource('/api/live')
  source.onopen = () => {
    setTrouble(undefined)
    // While nobody listened, anything may have changed.
    renew(topics)
  }
  source.addEventListener('changed', ({ data }) => {
    setTrouble(undefined)
    renew([`stage-${JSON.parse(data).view}`])
  })
  source.addEventListener('trouble', ({ data }) => setTrouble(JSON.parse(data).detail))
  source.onerror = () => {
    setTrouble(t('The connection is lost; trying again.', '连接已断开，正在重试。'))
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000)
  }
}

if (parts.includes('stage')) listen()
