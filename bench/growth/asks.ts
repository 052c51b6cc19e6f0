/** What is asked at each size of the data, always the same much of it. */

import { eventIdOf, miniOpenidOf } from '../aws/fill.ts'
import { queueEvent, requestEvent } from '../lambda/events.ts'
import { openidOf, unionidOf } from '../wechat/ids.ts'

/** One in so many events was not delivered, and is listed. */
export const listedEvery = 2
const messages = 100

export type Ask = {
  readonly title: string
  readonly functionName: string
  /** One invocation each; `of` is the size of the data. */
  readonly event: (of: number, time: number) => object
}

export const asks: readonly Ask[] = [
  { title: 'send, 100 messages', functionName: 'send', event: batchOf },
  { title: 'reach of a person', functionName: 'reach', event: reachOf },
  { title: 'a delivery', functionName: 'deliveries', event: deliveryOf },
  {
    title: 'a page of the list of deliveries',
    functionName: 'deliveries',
    event: () => requestEvent({ method: 'GET', path: '/deliveries', query: { state: 'dropped' } }),
  },
]

/** Spread over all people, a third to each kind of address. */
function batchOf(people: number, time: number): object {
  const bodies = Array.from({ length: messages }, (_, index) => {
    const person = personAt(people, time * messages + index)
    const to = [{ unionid: unionidOf(person) }, { openid: openidOf(person) }, { miniOpenid: miniOpenidOf(person) }]
    const data = { character_string1: `NO-${index}`, amount2: '¥88.00', time3: '2026-11-22 09:30' }
    return JSON.stringify({ id: `growth-${time}-${index}`, to: to[index % 3], template: 'order-paid', data })
  })
  return queueEvent(bodies)
}

function reachOf(people: number, time: number): object {
  const query = { unionid: unionidOf(personAt(people, time)) }
  return requestEvent({ method: 'GET', path: '/reach', query })
}

/** One that was accepted: those have a receipt to look for. */
function deliveryOf(events: number, time: number): object {
  const id = eventIdOf(Math.min(events - 1, personAt(events / listedEvery, time) * listedEvery + 1))
  return requestEvent({ method: 'GET', path: '/deliveries/{id}', parameters: { id } })
}

function personAt(people: number, time: number): number {
  return (time * 7_919) % people
}
