/** A queue as SQS has them: in any order, at least once, and again if the consumer died. */

import { type News, parseNews } from '../../lib/followers/follower-news.ts'
import type { Process } from './schedule.ts'

export type Message = { readonly news: News; visibleAt: number; receives: number; holder: Process | undefined }

export type Choice = { readonly from: number; readonly count: number; readonly change?: News['change'] }

export type MessageQueue = ReturnType<typeof openMessageQueue>

/** Opens an empty queue. */
export function openMessageQueue(now: () => number, onPut: (news: News) => void) {
  const messages: Message[] = []
  const free = (it: Message) => it.visibleAt <= now() && !it.holder?.isAlive

  return {
    put(bodies: readonly unknown[], delaySeconds = 0) {
      for (const it of bodies) {
        const news = parseNews(JSON.stringify(it))
        onPut(news)
        messages.push({ news, visibleAt: now() + delaySeconds * 1000, receives: 0, holder: undefined })
      }
    },
    /** Hands out up to `count` messages, from the `from`th on, around the end; only such, if `change` says what. */
    receive(holder: Process, { from, count, change }: Choice): Message[] {
      const visible = messages.filter(it => free(it) && (change === undefined || it.news.change === change))
      const start = from % Math.max(1, visible.length)
      const received = [...visible.slice(start), ...visible.slice(0, start)].slice(0, count)
      for (const it of received) Object.assign(it, { holder, receives: it.receives + 1 })
      return received
    },
    remove(message: Message) {
      const at = messages.indexOf(message)
      if (at >= 0) messages.splice(at, 1)
    },
    release(message: Message) {
      message.holder = undefined
    },
    /** SQS delivers some messages twice. */
    double(pick: number) {
      const message = messages[pick % Math.max(1, messages.length)]
      if (message !== undefined) messages.push({ ...message, holder: undefined })
    },
    all: () => messages.map(it => it.news),
    isEmpty: () => messages.length === 0,
    untilVisible: () => Math.max(0, Math.min(...messages.map(it => it.visibleAt)) - now()),
  }
}
