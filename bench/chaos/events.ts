/** The load: good events, each with its number in what a phone shows, and poison among them. */

import type { Random } from '../../kit/random.ts'
import { addressesOf, createFollowers, dataOf } from '../addressees.ts'

export type PlannedEvent = {
  readonly number: number
  readonly id: string
  readonly body: string
  readonly isPoison: boolean
  /** Whom it is for. */
  readonly person: number
  /** From this instant (ms) on it is not to be sent. */
  readonly expiresAt?: number
}

/** Who lives in the box and follows the account. */
export const followers = 40
/** One event in so many cannot be sent, whatever is done. */
const poisonEvery = 100

/** The ids of everybody, as the box has them. */
export const people = createFollowers(followers)

/** Plans so many events; at least one is poison. */
export function planEvents(count: number, random: Random): PlannedEvent[] {
  const offset = random(Math.min(poisonEvery, count))
  return Array.from({ length: count }, (_, number) => {
    const isPoison = number % poisonEvery === offset
    const person = random(followers)
    const event = eventOf(number, person, random)
    const body = isPoison ? poisonOf(event, number) : JSON.stringify(event)
    return { number, id: idOf(number), body, isPoison, person }
  })
}

/** The same event, but not to be sent any more from an instant on (ms). */
export function expiring(event: PlannedEvent, expiresAt: number): PlannedEvent {
  if (event.isPoison) return event
  const body = JSON.stringify({ ...JSON.parse(event.body), expiresAt: new Date(expiresAt).toISOString() })
  return { ...event, body, expiresAt }
}

/** A body with the event's id that is no event. */
export function badCopyOf({ body }: PlannedEvent): string {
  return JSON.stringify({ ...JSON.parse(body), surprise: true })
}

/** The numbers of the events in whatever went over a wire, read as latin1; 第 has three bytes. */
export function numbersIn(text: string): number[] {
  const found = text.matchAll(/NO-(\d+)"|\xe7\xac\xac (\d+) |"chaos-(\d+)"/g)
  return [...found].map(([, order, lesson, id]) => Number(order ?? lesson ?? id))
}

function idOf(number: number): string {
  return `chaos-${number}`
}

function eventOf(number: number, person: number, random: Random) {
  const to = addressesOf(people, person)[random(3)] ?? {}
  const template = random(3) === 0 ? 'class-reminder' : 'order-paid'
  return { id: idOf(number), to, template, data: dataOf(template, number) }
}

/** Six ways of being wrong; of the last one only WeChat knows. */
function poisonOf(good: ReturnType<typeof eventOf>, number: number): string {
  const bad: readonly object[] = [
    { ...good, template: 'no-such-template' },
    { ...good, data: { ...good.data, character_string1: '', thing1: '' } },
    { ...good, to: { unionid: people.unionid(0), openid: people.openid(0) } },
    { ...good, surprise: number },
    { id: good.id, to: good.to, templateId: 'X'.repeat(43), data: { thing1: `第 ${number} 课` } },
  ]
  const way = Math.floor(number / poisonEvery) % (bad.length + 1)
  return way === bad.length ? JSON.stringify(good).slice(0, -2) : JSON.stringify(bad[way])
}
