/** The chats of people with Official Accounts in WeChat in a box: what they write, and what reaches their phones. */
import * as v from 'valibot'
import type { Control } from './control.ts'

const texts = v.optional(v.string())
const article = v.object({ title: v.string(), description: v.string(), picUrl: v.string(), url: v.string() })

/** The members that most tests look at; others are kept as they are. */
const entry = v.looseObject({
  app: v.string(),
  person: v.number(),
  from: v.picklist(['person', 'account', 'wechat']),
  by: v.picklist(['phone', 'reply', 'customer-service', 'template', 'notice']),
  type: v.string(),
  event: texts,
  msgid: texts,
  content: texts,
  mediaId: texts,
  articles: v.optional(v.array(article)),
})
const written = v.object({ event: v.string(), msgid: v.string() })
const tapped = v.object({ event: v.string(), messages: v.array(written) })

/** One entry of a chat. */
export type ChatEntry = v.InferOutput<typeof entry>

/** What a person does in a chat; the numbers and names are those of the control API. */
export function openChat(control: Control, person: number, app?: string) {
  const act = (how: string, body: object) => control(`/people/${person}/${how}`, { ...(app && { app }), ...body })
  return {
    /** Writes a text, or a message of another type: `{ type: 'image' }`. */
    write: async (message: string | object) =>
      v.parse(written, await act('write', typeof message === 'string' ? { content: message } : message)),
    /** Taps a button of the menu: a CLICK, or what `more` says. */
    tap: async (key: string, more: object = {}) => v.parse(tapped, await act('tap', { key, ...more })),
    /** All entries, in the order of their arrival. */
    entries: async (): Promise<ChatEntry[]> =>
      v.parse(v.array(entry), await control(`/people/${person}/chat${app === undefined ? '' : `?app=${app}`}`)),
  }
}
