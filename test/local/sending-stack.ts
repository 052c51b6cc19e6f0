/** The whole local stack as the tests of sending use it: events pushed, phones looked at. */

import { type MessageAttributeValue, SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import * as v from 'valibot'

import { inRuns } from '../../lib/pool.ts'
import type { Environment, Settings } from '../../local/environment.ts'
import { openWholeStack, type Who } from './whole-stack.ts'

export const path = '/cgi-bin/message/template/send'

export type Attributes = Record<string, MessageAttributeValue>
export type Event = { readonly id: string }
export type SendingStack = Awaited<ReturnType<typeof openSendingStack>>

const message = v.looseObject({ person: v.number(), data: v.record(v.string(), v.string()) })
const stateAnswer = v.object({ state: v.optional(v.string(), 'nothing is known of it') })

/** Opens it, as openWholeStack() does. */
export async function openSendingStack(env?: Environment, more?: Partial<Settings>) {
  const stack = await openWholeStack(env, more)
  const { box } = stack

  /** Somebody new; who follows silently is known to WeChat alone. */
  async function person(follows?: 'silently', more: object = {}): Promise<Who> {
    const who = await stack.person(more)
    if (follows !== undefined) await box(`/people/${who.id}/follow`, { silent: true })
    return who
  }

  async function push(events: readonly Event[], attributesOf: (index: number) => Attributes = () => ({})) {
    const QueueUrl = stack.addresses.eventsQueueUrl
    const entries = events.map((event, index) => ({
      Id: `${index}`,
      MessageBody: JSON.stringify(event),
      MessageAttributes: attributesOf(index),
    }))
    for (const Entries of inRuns(entries, 10)) await stack.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
  }

  const stateOf = async (id: string) => v.parse(stateAnswer, await stack.delivery(id)).state
  /** The ids on a phone, in order. */
  const phone = async ({ id }: Pick<Who, 'id'>) =>
    v
      .parse(v.array(message), await box(`/people/${id}/messages`))
      .map(({ data }) => data.character_string1 ?? data.thing1)
  const sends = async () => (await stack.calls())[path] ?? 0

  return { ...stack, person, push, stateOf, phone, sends }
}

/** An order's event; its id is also what the phone shows of it. */
export function event(id: string, to: string | object, more: object = {}): Event {
  const data = { character_string1: id, amount2: '¥88.00', time3: '2026-11-22 09:30' }
  return { id, to: typeof to === 'string' ? { openid: to } : to, template: 'order-paid', data, ...more } as Event
}

export function events(name: string, count: number, openid: string): Event[] {
  return Array.from({ length: count }, (_, index) => event(`${name}-${index}`, openid))
}
