/** The log of one batch: what its events meet alike is told once in full, and counted from then on. */

import { TransportError, WeChatError } from './errors.ts'
import type { Log } from './ports.ts'

export type BatchLog = Log & {
  /** Tells of each kind how many more there were, and which. */
  flush(): void
}

type Fields = Readonly<Record<string, unknown>>
type Level = 'warn' | 'error'
type More = {
  readonly level: Level
  readonly event: string
  readonly alike: Fields
  times: number
  ids: readonly unknown[]
}

/** So many ids of a kind are named. */
const mostIds = 100

/** Creates the log of one batch. */
export function createBatchLog(log: Log): BatchLog {
  const kinds = new Map<string, More>()
  const at =
    (level: Level) =>
    (event: string, fields: Fields = {}) => {
      const alike = alikeIn(fields)
      const kind = JSON.stringify([level, event, alike])
      const more = kinds.get(kind)
      if (more === undefined) {
        kinds.set(kind, { level, event, alike, times: 0, ids: [] })
        log[level](event, fields)
        return
      }
      more.times += 1
      more.ids = [...more.ids, ...idsIn(fields)].slice(0, mostIds)
    }
  return {
    info: log.info,
    warn: at('warn'),
    error: at('error'),
    flush() {
      for (const { level, event, alike, times, ids } of kinds.values()) {
        if (times > 0) log[level](event, { ...alike, more: times, ids })
      }
      kinds.clear()
    },
  }
}

function idsIn({ id, ids }: Fields): readonly unknown[] {
  if (Array.isArray(ids)) return ids
  return id === undefined ? [] : [id]
}

/** What makes two lines of one name a kind: WeChat's errcode, or how a call failed. */
function alikeIn({ error, errcode, state }: Fields): Fields {
  const shown = { ...(errcode === undefined ? {} : { errcode }), ...(state === undefined ? {} : { state }) }
  if (error instanceof WeChatError) return { ...shown, api: error.api, errcode: error.errcode }
  if (error instanceof TransportError) return { ...shown, api: error.api, failure: error.failure }
  return error instanceof Error ? { ...shown, name: error.name } : shown
}
