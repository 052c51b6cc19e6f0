/** The phone's side of an app's message push: what its people see of the receiver's answers (docs/wechat.md 9.13). */
import type { Chats } from './chats.ts'
import type { Clock } from './clock.ts'
import type { Contacts } from './contacts.ts'
import type { Ids } from './ids.ts'
import type { Reply } from './reply-content.ts'

/** The push that was answered, or failed. */
type Pushed = { id: string; event: string; openid: string; isMessage?: true }

/** What the chat shows once the receiver failed three times. */
export const failureNotice = '该公众号提供的服务出现故障，请稍后再试'

/** Events that are no doing of the person's: nobody waits for an answer. */
const unanswerable =
  /^(unsubscribe|user_|wxa_|MASSSEND|TEMPLATESEND|subscribe_msg_|naming_|qualification_|annual_|verify_)/

/** What callbacks tell the phone. */
export type PhoneSide = ReturnType<typeof createPhoneSide>

type Around = {
  name: string
  ids: Ids
  chats: Chats
  clock: Clock
  contacts: Contacts
  isFollowing: (person: number) => boolean
}

/** Creates it for one app. */
export function createPhoneSide({ name, ids, chats, clock, contacts, isFollowing }: Around) {
  function show({ id, openid }: Pushed, entry: { from: 'account' | 'wechat'; by: 'reply' | 'notice' } & Reply): void {
    const person = ids.byOpenid(openid)
    if (person === undefined || !isFollowing(person)) return
    chats.add({ app: name, person, openid, event: id, at: clock.now(), ...entry })
  }
  return {
    /** The person did something that is pushed, whether or not the push arrives. */
    did: ({ openid, ...event }: Omit<Pushed, 'id'>) => {
      const person = ids.byOpenid(openid)
      if (person !== undefined) contacts.note(person, event)
    },
    /** A passive reply reaches the chat. */
    reply: (pushed: Pushed, reply: Reply) => {
      if (!unanswerable.test(pushed.event)) show(pushed, { from: 'account', by: 'reply', ...reply })
    },
    /** After the last failed delivery; the person waits for an answer to a message and to a menu button. */
    failed: (pushed: Pushed) => {
      const waits = pushed.isMessage || pushed.event === 'CLICK' || pushed.event === 'scancode_waitmsg'
      if (waits) show(pushed, { from: 'wechat', by: 'notice', type: 'notice', content: failureNotice })
    },
  }
}
