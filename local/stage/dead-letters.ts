/** Peeks into queues of what was put aside, and moves messages of the events' back. */

import type { DeadLetters } from '../../lib/console/ports.ts'
import { type AsideQueue, openLetterQueue } from './aside-queue.ts'
import type { EventsQueue } from './events-queue.ts'
import type { Letter } from './letter.ts'
import { giveBack, type Hand } from './look.ts'
import type { Means } from './means.ts'
import { move } from './move.ts'
import type { Place } from './place.ts'

/** Rounds of ten messages; a message is hidden from others until it is given back, or for so long. */
const mostRounds = 10
const hideSeconds = 60
const marginMs = 15_000

type Clock = Pick<Means, 'now' | 'signal'>
type LetterQueue = Omit<AsideQueue, 'ending'>

/** Opens them. */
export function openAsideLetters(place: Place, events: Pick<EventsQueue, 'push'>, { now, signal }: Clock): DeadLetters {
  return {
    async peek(ending) {
      const queue = openLetterQueue(place, ending)
      return inHand(queue, async (hand, isAll) => ({ letters: [...hand.values()].map(shown), isAll }))
    },
    redrive({ queue: ending, ids, evenInDoubt }) {
      const queue = openLetterQueue(place, ending)
      const until = now() + hideSeconds * 1000 - marginMs
      const moveChosen = async (hand: Hand) => {
        const chosen = [...hand.values()].filter(it => ids.has(it.messageId))
        const how = { queue, events, hand, evenInDoubt, until, now, signal, show: () => undefined }
        const total = await move(chosen, how)
        if ('failure' in total) throw total.failure
        return { moved: total.moved }
      }
      return inHand(queue, moveChosen, giveBackOrLeave)
    },
  }
}

/** What was moved is told whatever becomes of the rest, which comes back by itself. */
async function giveBackOrLeave(queue: LetterQueue, hand: Hand): Promise<void> {
  await giveBack(queue, hand).catch(() => undefined)
}

/** Whatever happens, what was taken is given back. */
async function inHand<T>(
  queue: LetterQueue,
  work: (hand: Hand, isAll: boolean) => Promise<T>,
  tidy: (queue: LetterQueue, hand: Hand) => Promise<unknown> = giveBack,
): Promise<T> {
  const hand: Hand = new Map()
  try {
    return await work(hand, await take(queue, hand))
  } finally {
    await tidy(queue, hand)
  }
}

/** Takes up to a hundred; tells whether these are all. */
async function take(queue: LetterQueue, hand: Hand): Promise<boolean> {
  for (let round = 0; round < mostRounds; round++) {
    const letters = await queue.receive(hideSeconds)
    if (letters.length === 0) return true
    for (const it of letters) hand.set(it.messageId, it)
  }
  return false
}

function shown({ messageId, id, reason, at, body }: Letter) {
  return { messageId, reason, at, body, ...(id === undefined ? {} : { eventId: id }) }
}
