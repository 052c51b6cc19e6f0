/** The template messages on all phones, found by person and by client_msg_id too. */
import { createIndex } from './index-of.ts'
import type { Live } from './live.ts'
import type { Message } from './message.ts'

/** A kept message with its number, counted from 0 since the start. */
export type Numbered = { readonly number: number; readonly message: Message }

/** The oldest messages are dropped beyond this, so that a box that runs for weeks does not fill the memory. */
const keptMessages = 500_000

/** Creates the empty log. */
export function createMessageLog(live: Live) {
  const log: Message[] = []
  const ofPerson = createIndex(({ message }: Numbered) => message.person)
  const ofClientMsgId = createIndex(({ message }: Numbered) => message.clientMsgId)
  const indexes = [ofPerson, ofClientMsgId]
  let delivered = 0

  function* numbered(): Generator<Numbered> {
    const first = delivered - log.length
    for (const [at, message] of log.entries()) yield { number: first + at, message }
  }

  return {
    /** Puts a message on a phone. */
    deliver: (message: Message) => {
      log.push(message)
      for (const index of indexes) index.add({ number: delivered, message })
      delivered += 1
      live.changed('chats')
      // Trimmed in bulk now and then, because removing from the front of a long array is slow.
      if (log.length <= keptMessages * 1.1) return
      log.splice(0, log.length - keptMessages)
      for (const index of indexes) index.fill(numbered())
    },
    /** Begins with what an earlier log had. */
    fill: (messages: readonly Message[], count: number) => {
      for (const message of messages) log.push(message)
      delivered = count
      for (const index of indexes) index.fill(numbered())
    },
    /** Messages in the order of their arrival. */
    all: (): readonly Message[] => log,
    numbered,
    /** Those of one person. */
    numberedOf: ofPerson.of,
    of: (person: number, limit: number) => messagesOf(ofPerson.of(person).slice(-limit)),
    /** Those with this client_msg_id: one, unless it was sent again after WeChat's ten minutes. */
    byClientMsgId: (clientMsgId: string) => messagesOf(ofClientMsgId.of(clientMsgId)),
    /** The total ever sent, including those no longer kept. */
    count: () => delivered,
  }
}

function messagesOf(numbered: readonly Numbered[]): readonly Message[] {
  return numbered.map(({ message }) => message)
}
