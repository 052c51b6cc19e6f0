/** The chats of people with apps, in both directions: what tests compare with. */
import type { Live } from './live.ts'
import type { MessageContent } from './message-content.ts'
import type { Message } from './messages.ts'

/** The oldest entries are dropped beyond this, so that a box that runs for weeks does not fill the memory. */
const keptEntries = 200_000

/** How an entry came: written on the phone, a passive reply, an API call, or WeChat's own notice. */
type Means = 'phone' | 'reply' | 'customer-service' | 'notice'

/** One message of a chat; `event` names the push that carried it, or that it answers. */
export type ChatEntry = MessageContent & {
  app: string
  person: number
  openid: string
  from: 'person' | 'account' | 'wechat'
  by: Means
  /** WeChat's MsgType, or `notice`. */
  type: string
  msgid?: string
  event?: string
  at: number
}

/** A template message as an entry of the chat. */
export type TemplateEntry = Message & { from: 'account'; by: 'template'; type: 'template' }

/** All chats of the box. */
export type Chats = ReturnType<typeof createChats>

type Numbered = { order: number; entry: ChatEntry | TemplateEntry }

/** Creates the empty log; template messages stay where they are, and are merged in by their order. */
export function createChats(
  templates: { numbered: () => Iterable<[number, Message]>; count: () => number },
  live: Live,
) {
  const log: { before: number; entry: ChatEntry }[] = []
  return {
    add: (entry: ChatEntry) => {
      log.push({ before: templates.count(), entry })
      live.changed('chats')
      // Trimmed in bulk now and then, because removing from the front of a long array is slow.
      if (log.length > keptEntries * 1.1) log.splice(0, log.length - keptEntries)
    },
    /** Everything in the order of its arrival, template messages too. */
    all: (isWanted: (about: { app: string; person: number }) => boolean): (ChatEntry | TemplateEntry)[] => {
      const written = log.filter(({ entry }) => isWanted(entry)).map(({ before, entry }) => ({ order: before, entry }))
      const sent: Numbered[] = []
      for (const [number, message] of templates.numbered()) {
        if (isWanted(message)) sent.push({ order: number + 0.5, entry: asEntry(message) })
      }
      return [...written, ...sent].sort((a, b) => a.order - b.order).map(({ entry }) => entry)
    },
  }
}

function asEntry(message: Message): TemplateEntry {
  return { ...message, from: 'account', by: 'template', type: 'template' }
}
