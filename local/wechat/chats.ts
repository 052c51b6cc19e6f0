/** The chats of people with apps, in both directions: what tests compare with. */
import { createIndex } from './index-of.ts'
import type { Live } from './live.ts'
import type { Message } from './message.ts'
import type { MessageContent } from './message-content.ts'
import type { Numbered } from './message-log.ts'
import type { Messages } from './messages.ts'

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
type TemplateEntry = Message & { from: 'account'; by: 'template'; type: 'template' }

/** All chats of the box. */
export type Chats = ReturnType<typeof createChats>

type Ordered = { order: number; entry: ChatEntry | TemplateEntry }
/** An entry, and how many template messages came before it. */
type Written = { before: number; entry: ChatEntry }
type TemplateMessages = Pick<Messages, 'numbered' | 'numberedOf' | 'count'>

/** Creates the empty log; template messages stay where they are, and are merged in by their order. */
export function createChats(templates: TemplateMessages, live: Live) {
  const log: Written[] = []
  const ofPerson = createIndex(({ entry }: Written) => entry.person)

  return {
    add: (entry: ChatEntry) => {
      const written = { before: templates.count(), entry }
      log.push(written)
      ofPerson.add(written)
      live.changed('chats')
      // Trimmed in bulk now and then, because removing from the front of a long array is slow.
      if (log.length <= keptEntries * 1.1) return
      log.splice(0, log.length - keptEntries)
      ofPerson.fill(log)
    },
    /** Everything in the order of its arrival, template messages too; of one app if it is named. */
    all: (app?: string) => inOrder(log, templates.numbered(), app),
    /** The same of one person. */
    of: (person: number, app?: string) => inOrder(ofPerson.of(person), templates.numberedOf(person), app),
  }
}

function inOrder(written: readonly Written[], sent: Iterable<Numbered>, app: string | undefined) {
  const entries: Ordered[] = written.map(({ before, entry }) => ({ order: before, entry }))
  for (const { number, message } of sent) entries.push({ order: number + 0.5, entry: asEntry(message) })
  const wanted = entries.filter(({ entry }) => app === undefined || entry.app === app)
  return wanted.sort((a, b) => a.order - b.order).map(({ entry }) => entry)
}

function asEntry(message: Message): TemplateEntry {
  return { ...message, from: 'account', by: 'template', type: 'template' }
}
