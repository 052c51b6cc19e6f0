/**
 * What the wires show of each event: how often a message for it left, which answers said that it was surely not sent, and
 * whether it was in the hands of an invocation that died amid its calls. Nobody can know more, so doubt is judged by it.
 */

import { numbersIn } from './events.ts'
import type { Tap } from './wire.ts'

export type Evidence = {
  /** Calls for it that left a container. */
  readonly left: number
  /** Those of them that WeChat refused for sure, and whose caller heard it. */
  readonly refused: number
  /** It was in the batch of an invocation that died after its first call, or its note of them, had left. */
  readonly isOfTheDead: boolean
}

export type Witness = {
  of(event: number): Evidence
  /** An invocation with these events ended without an answer, after it had begun its calls. */
  died(events: Iterable<number>): void
  /** A tap on a connection to WeChat. */
  tapCalls(began: () => void): Tap
  /** A tap on a connection to the tables: what is noted before the first call. */
  tapNotes(began: () => void): Tap
}

const nothing: Evidence = { left: 0, refused: 0, isOfTheDead: false }
const sendCall = '/cgi-bin/message/template/send'
const errcode = /"errcode":"?(-?\d+)/
/** An answer that was cut off says nothing to its caller. */
const whole = /\}\s*(?:0\s*)?$/
/** No answer in the end: the message was taken, or WeChat itself does not know. */
const unclear: ReadonlySet<number> = new Set([0, -1])
const noteTarget = /x-amz-target: \S+\.(?:Put|Update|BatchWrite)Item/i
const noteTable = /"TableName":"attempts"|"RequestItems":\{"attempts"/

/** Tells whether a request, by its first bytes, is a call for a message. */
export function isSend(head: string): boolean {
  return head.slice(0, 200).includes(sendCall)
}

/** Creates a witness who has seen nothing. */
export function createWitness(): Witness {
  const seen = new Map<number, Evidence>()
  const of = (event: number) => seen.get(event) ?? nothing
  const change = (event: number, changed: (before: Evidence) => Partial<Evidence>) =>
    void seen.set(event, { ...of(event), ...changed(of(event)) })
  return {
    of,
    died(events) {
      for (const it of events) change(it, () => ({ isOfTheDead: true }))
    },
    tapCalls: began =>
      openCallTap({
        left(event) {
          began()
          change(event, ({ left }) => ({ left: left + 1 }))
        },
        refused: event => change(event, ({ refused }) => ({ refused: refused + 1 })),
      }),
    tapNotes: openNoteTap,
  }
}

type OnCall = { left(event: number): void; refused(event: number): void }

/** One request after another travels on a connection, and each waits for its answer. */
function openCallTap({ left, refused }: OnCall): Tap {
  let [asked, answered] = ['', '']
  let event: number | undefined
  return {
    sent(text, isHead) {
      if (isHead) [asked, answered, event] = ['', '', undefined]
      asked += text
      if (event !== undefined || !isSend(asked)) return
      event = numbersIn(asked)[0]
      if (event !== undefined) left(event)
    },
    received(text) {
      answered += text
      const code = Number(errcode.exec(answered)?.[1] ?? 0)
      if (event === undefined || unclear.has(code) || !whole.test(answered)) return
      refused(event)
      event = undefined
    },
  }
}

function openNoteTap(began: () => void): Tap {
  let asked = ''
  return {
    sent(text, isHead) {
      asked = isHead ? text : asked + text
      if (noteTarget.test(asked) && noteTable.test(asked)) began()
    },
    received: () => undefined,
  }
}
