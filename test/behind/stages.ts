/** Two stages of one account: what WeChat pushes to the first one, the second one sees as its own. */

import { SendMessageCommand } from '@aws-sdk/client-sqs'
import * as v from 'valibot'

import { callJson } from '../../local/http-json.ts'
import { patience } from '../patience.ts'
import type { Recorder } from './recorder.ts'
import { newPerson, type Opened, until } from './world.ts'

const reach = v.object({ reach: v.string() })
const delivery = v.object({ state: v.string() })
const data = { character_string1: '20261122-0001', amount2: '¥88.00', time3: '2026-11-22 09:30' }

/** Somebody follows the account, and the second stage writes to them; a server behind that one sees all of it. */
export async function playStages(first: Opened, second: Opened, { requests }: Recorder): Promise<string> {
  const { id, openid } = await newPerson(first.control)
  await first.control(`/people/${id}/follow`, {})
  const of = async (stage: Opened, path: string) => {
    const signal = AbortSignal.timeout(patience.timeout)
    return (await callJson('GET', `${stage.addresses.api}${path}`, { signal })).body
  }
  for (const [name, stage] of Object.entries({ first, second })) {
    const ask = () => of(stage, `/reach?openid=${openid}`)
    await until(`the follower in the ${name} stage`, ask, it => v.is(reach, it) && it.reach === 'reachable')
  }
  const event = { id: 'order-1', to: { openid }, template: 'order-paid', data }
  const { eventsQueueUrl: QueueUrl } = second.addresses
  await second.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }))
  const ask = () => of(second, `/deliveries/${event.id}`)
  await until('the receipt in the second stage', ask, it => v.is(delivery, it) && it.state === 'delivered')
  const has = (name: string) => requests.some(({ body }) => body.includes(openid) && body.includes(name))
  const names = ['[subscribe]', '[TEMPLATESENDJOBFINISH]']
  await until(
    'what the second stage hands on',
    async () => names.filter(has),
    it => it.length === names.length,
  )
  return 'the second stage saw the follow and the receipt of its own message, and handed both on'
}
