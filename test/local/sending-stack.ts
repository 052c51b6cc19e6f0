/** The whole local stack as the tests of sending use it: people of the box, events pushed, phones looked at. */

import { type MessageAttributeValue, SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import * as v from 'valibot'
import { expect } from 'vitest'

import { inRuns } from '../../lib/pool.ts'
import { type Environment, readSettings, type Settings } from '../../local/environment.ts'
import { callJson } from '../../local/http-json.ts'
import { pickFreePorts } from '../../local/ports.ts'
import { openStack } from '../../local/stack.ts'

export const path = '/cgi-bin/message/template/send'

export type Attributes = Record<string, MessageAttributeValue>
export type Event = { readonly id: string }
export type Who = { readonly id: number; readonly openid: string; readonly unionid?: string | undefined }
export type SendingStack = Awaited<ReturnType<typeof openSendingStack>>

const personAnswer = v.object({ id: v.number(), openid: v.string(), unionid: v.optional(v.string()) })
const message = v.looseObject({ person: v.number(), data: v.record(v.string(), v.string()) })
const callsAnswer = v.object({ counts: v.object({ official: v.record(v.string(), v.number()) }) })
const stateAnswer = v.object({ state: v.optional(v.string(), 'nothing is known of it') })

/** Opens it on ports of its own; `env` is what the functions start from, `more` are settings unlike the usual ones. */
export async function openSendingStack(env: Environment = process.env, more: Partial<Settings> = {}) {
  const settings = { ...readSettings({}), ports: await pickFreePorts('127.0.0.1'), ...more }
  const lines: string[] = []
  const onFunctionLine = (line: string) => void lines.push(line)
  const stack = await openStack({ settings, env, onFunctionLine, report: () => undefined })

  async function box(at: string, body?: object, method = body === undefined ? 'GET' : 'POST'): Promise<unknown> {
    const how = { signal: AbortSignal.timeout(20_000), ...(body && { body }) }
    const answer = await callJson(method, `${stack.addresses.wechat}/_box${at}`, how)
    if (answer.status !== 200) throw new Error(answer.told)
    return answer.body
  }

  async function api(at: string): Promise<unknown> {
    return (await callJson('GET', `${stack.addresses.api}${at}`, { signal: AbortSignal.timeout(20_000) })).body
  }

  /** Somebody new; who follows silently is known to WeChat alone. */
  async function person(follows?: 'silently'): Promise<Who> {
    const who = v.parse(personAnswer, await box('/people', {}))
    if (follows !== undefined) await box(`/people/${who.id}/follow`, { silent: true })
    return who
  }

  /** Somebody who follows, and whose link says so. */
  async function follower(): Promise<Who> {
    const who = await person()
    await box(`/people/${who.id}/follow`, {})
    await eventually(() => api(`/reach?openid=${who.openid}`), { reach: 'reachable' })
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

  const delivery = (id: string) => api(`/deliveries/${id}`)
  const stateOf = async (id: string) => v.parse(stateAnswer, await delivery(id)).state
  /** The ids on a phone, in order. */
  const phone = async ({ id }: Pick<Who, 'id'>) =>
    v
      .parse(v.array(message), await box(`/people/${id}/messages`))
      .map(({ data }) => data.character_string1 ?? data.thing1)
  /** How often each path of the Official Account was called. */
  const calls = async () => v.parse(callsAnswer, await box('/calls')).counts.official
  const sends = async () => (await calls())[path] ?? 0

  return { ...stack, settings, lines, box, api, person, follower, push, delivery, stateOf, phone, calls, sends }
}

/** An order's event; its id is also what the phone shows of it. */
export function event(id: string, to: string | object, more: object = {}): Event {
  const data = { character_string1: id, amount2: '¥88.00', time3: '2026-11-22 09:30' }
  return { id, to: typeof to === 'string' ? { openid: to } : to, template: 'order-paid', data, ...more } as Event
}

export function events(name: string, count: number, openid: string): Event[] {
  return Array.from({ length: count }, (_, index) => event(`${name}-${index}`, openid))
}

/** Asks again until the answer fits; what it was last is told when it never does. */
export async function eventually(ask: () => Promise<unknown>, wanted: unknown, timeout = 40_000): Promise<void> {
  await expect.poll(ask, { timeout, interval: 200 }).toEqual(wanted)
}
