/** Who may get a customer-service message: people who did something, for some time and some messages (docs/wechat.md 9.14). */
import type { Clock } from './clock.ts'

const minuteMs = 60_000
const hourMs = 3_600_000

/** Messages that an action allows, and for how long. */
type Allowance = { messages: number; ms: number }

const message: Allowance = { messages: 5, ms: 48 * hourMs }
const short: Allowance = { messages: 3, ms: minuteMs }

/** The kind of action that an event is; other buttons of the menu allow nothing. */
const kinds = new Map([
  ['CLICK', 'menu'],
  ['scancode_push', 'menu'],
  ['scancode_waitmsg', 'menu'],
  ['subscribe', 'follow'],
  ['SCAN', 'scan'],
])

/** How long the account seems to write, and how long after a message it may start to. */
const typingMs = 15_000
const recentMs = 30_000

type Contact = { open: Map<string, { left: number; until: number }>; at: number; typingUntil: number }

/** The contacts of one app. */
export type Contacts = ReturnType<typeof createContacts>

/** Creates them; nobody did anything yet. */
export function createContacts(clock: Clock) {
  const contacts = new Map<number, Contact>()
  const of = (person: number): Contact =>
    contacts.get(person) ?? { open: new Map(), at: Number.NEGATIVE_INFINITY, typingUntil: 0 }

  return {
    /** Takes note of an action; a later one of the same kind starts anew. */
    note: (person: number, event: { event: string; isMessage?: true }) => {
      const kind = event.isMessage ? 'message' : kinds.get(event.event)
      if (kind === undefined) return
      const { messages, ms } = kind === 'message' ? message : short
      const contact = of(person)
      contact.open.set(kind, { left: messages, until: clock.now() + ms })
      contacts.set(person, { ...contact, at: clock.now() })
    },
    /** Uses up one message, of what ends first; `late` if nothing is open, `many` if all of it is used. */
    spend: (person: number): 'ok' | 'late' | 'many' => {
      const contact = of(person)
      const open = [...contact.open.values()].filter(({ until }) => clock.now() < until)
      const [next] = open.filter(({ left }) => left > 0).sort((a, b) => a.until - b.until)
      if (next === undefined) return open.length === 0 ? 'late' : 'many'
      next.left -= 1
      Object.assign(contact, { at: clock.now(), typingUntil: 0 })
      return 'ok'
    },
    /** Shows that the account writes, or no longer. */
    type: (person: number, isTyping: boolean): 'ok' | 'late' | 'already' => {
      const contact = of(person)
      if (clock.now() - contact.at > recentMs) return 'late'
      if (isTyping && clock.now() < contact.typingUntil) return 'already'
      contact.typingUntil = isTyping ? clock.now() + typingMs : 0
      return 'ok'
    },
  }
}
