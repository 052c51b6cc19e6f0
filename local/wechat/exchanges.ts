/** The latest calls with question and answer, for people who look at the console. */
import type { Clock } from './clock.ts'
import type { FaultKind } from './faults.ts'
import type { Live } from './live.ts'

const kept = 500
/** Of a longer text the rest is not kept. */
const longestText = 8 * 1024

/** One call; its texts are as they came, and must be masked before they leave the box. */
export type Exchange = {
  id: number
  at: number
  app: string
  method: string
  path: string
  query: string
  question: string
  answer: string
  errcode: number | null
  /** What the fault script did to the answer. */
  fault: FaultKind | undefined
  /** From the call's arrival to its answer; undefined while there is none. */
  ms: number | undefined
}

type Started = Omit<Exchange, 'id' | 'at' | 'ms'>

/** The log. */
export type Exchanges = ReturnType<typeof createExchanges>

/** Creates the empty log. */
export function createExchanges(clock: Clock, live: Live) {
  let log: Exchange[] = []
  let counter = 0
  return {
    /** Keeps a call; the returned function is called with its duration once the answer has left. */
    add: (started: Started) => {
      counter += 1
      const { query, question, answer, ...about } = started
      const texts = { query: cut(query), question: cut(question), answer: cut(answer) }
      const exchange: Exchange = { id: counter, at: clock.now(), ...about, ...texts, ms: undefined }
      log.push(exchange)
      if (log.length > kept * 2) log = log.slice(-kept)
      return (ms: number) => {
        exchange.ms = ms
        live.changed('calls')
      }
    },
    latest: (): readonly Exchange[] => log.slice(-kept),
    get: (id: number) => log.find(exchange => exchange.id === id),
  }
}

/** Copies what is kept: a slice would hold on to the whole text. */
function cut(text: string): string {
  return text.length > longestText ? `${Buffer.from(text.slice(0, longestText))}…` : text
}
