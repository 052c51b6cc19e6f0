/** The messages on each phone: what tests compare with, and the record that prevents a second copy. */
import type { Clock } from './clock.ts'
import type { Live } from './live.ts'
import type { Message } from './message.ts'
import { createMessageLog } from './message-log.ts'

const deduplicationMs = 600_000

/** What is kept of a message by its client_msg_id. */
export type Earlier = { readonly msgid: string; readonly at: number }

/** All messages of the box. */
export type Messages = ReturnType<typeof createMessages>

/** Creates the empty log of messages. */
export function createMessages(clock: Clock, live: Live) {
  const { fill, ...log } = createMessageLog(live)
  const sent = new Map<string, Earlier>()
  let counter = 0n

  /** A number above 2^53, as real ones are: the second in front, a counter behind. */
  function nextMsgid(): string {
    counter += 1n
    // An odd factor scatters the counter over 31 bits without repeating a number.
    return String((BigInt(clock.seconds()) << 31n) + ((counter * 1_103_515_245n) & 0x7fffffffn))
  }

  function forgetOld(): void {
    for (const [key, entry] of sent) {
      if (clock.now() - entry.at < deduplicationMs) return
      sent.delete(key)
    }
  }

  return {
    ...log,
    nextMsgid,
    /** The message with this client_msg_id that went to this openid within ten minutes (docs/wechat.md 6.2). */
    earlier: (openid: string, clientMsgId: string): Earlier | undefined => {
      forgetOld()
      const entry = sent.get(`${openid} ${clientMsgId}`)
      return entry !== undefined && clock.now() - entry.at < deduplicationMs ? entry : undefined
    },
    remember: (openid: string, clientMsgId: string, msgid: string) => {
      sent.delete(`${openid} ${clientMsgId}`)
      sent.set(`${openid} ${clientMsgId}`, { msgid, at: clock.now() })
    },
    /** The latest messages, and what prevents a second copy of them. */
    save: (most: number) => ({ log: log.all().slice(-most), delivered: log.count(), sent: [...sent] }),
    load: (saved: { log: readonly Message[]; delivered: number; sent: readonly (readonly [string, Earlier])[] }) => {
      fill(saved.log, saved.delivered)
      for (const [key, earlier] of saved.sent) sent.set(key, earlier)
    },
  }
}
