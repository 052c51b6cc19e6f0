/** The log of one batch: the first of similar problems is logged in full, the rest are counted. */

import { TransportError, WeChatError } from '../errors.ts'
import type { Log } from '../ports.ts'

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
/** So many kinds of a name are told apart, for words may differ from event to event; the others are one kind more. */
const mostKinds = 10
const mostCharacters = 200

/** Creates the log of one batch. */
export function createBatchLog(log: Log): BatchLog {
  const kinds = new Map<string, More>()
  const kindsOf = new Map<string, number>()
  const alikeAmong = (name: string, fields: Fields): Fields => {
    const alike = alikeIn(fields)
    const isKnown = kinds.has(kindOf(name, alike))
    return isKnown || (kindsOf.get(name) ?? 0) < mostKinds ? alike : {}
  }
  const at =
    (level: Level) =>
    (event: string, fields: Fields = {}) => {
      const name = `${level} ${event}`
      const alike = alikeAmong(name, fields)
      const more = kinds.get(kindOf(name, alike))
      if (more === undefined) {
        kindsOf.set(name, (kindsOf.get(name) ?? 0) + 1)
        kinds.set(kindOf(name, alike), { level, event, alike, times: 0, ids: [] })
        log[level](event, fields)
        return
      }
      more.times += 1
      more.ids = [...more.ids, ...idsIn(fields)].slice(0, mostIds)
    }
  return {
    isQuiet: log.isQuiet ?? false,
    debug: log.debug,
    info: log.info,
    warn: at('warn'),
    error: at('error'),
    flush() {
      for (const { level, event, alike, times, ids } of kinds.values()) {
        if (times > 0) log[level](event, { ...alike, more: times, ids })
      }
      kinds.clear()
      kindsOf.clear()
    },
  }
}

function idsIn({ id, ids }: Fields): readonly unknown[] {
  if (Array.isArray(ids)) return ids
  return id === undefined ? [] : [id]
}

function kindOf(name: string, alike: Fields): string {
  return JSON.stringify([name, alike])
}

/** What makes two lines of one name a kind: the app, WeChat's errcode, how a call failed, or the words that say why. */
function alikeIn({ app, error, errcode, state, reason, why }: Fields): Fields {
  const told = Object.entries({ app, errcode, state, reason, why }).filter(([, it]) => it !== undefined)
  const shown = Object.fromEntries(told.map(([name, it]) => [name, typeof it === 'string' ? brief(it) : it]))
  if (error instanceof WeChatError) return { ...shown, api: error.api, errcode: error.errcode }
  if (error instanceof TransportError) return { ...shown, api: error.api, failure: error.failure }
  return error instanceof Error ? { ...shown, name: error.name, words: brief(error.message) } : shown
}

function brief(words: string): string {
  return words.slice(0, mostCharacters)
}
