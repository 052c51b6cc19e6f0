/** Two pairs of one stage: what is of one account, or of one mini program, is never taken for the other's. */

import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'

import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import * as v from 'valibot'

import { callJson } from '../../local/http-json.ts'
import type { StepContext } from '../../local/steps.ts'
import type { Person } from '../../local/wechat-control.ts'
import templates from '../../templates.json' with { type: 'json' }
import type { World } from './checks.ts'

export type Sending = { readonly sqs: SQSClient; readonly eventsQueueUrl: string }

/** The first pair, by the names of a stage without a list, which the box has for it too. */
export const [first, firstMini] = ['official', 'mini']
export const [brand, shop] = ['brand', 'shop']
export const { 'order-paid': orderPaid } = templates.local
export const ofBrand = { ...orderPaid, templateId: 'bRaNdOrDeRpAiD0Lm3nQ7rT9vXzBdFhJlNpRtVxZ1b3' }
const data = { character_string1: '20261129-0001', amount2: '¥88.00', time3: '2026-11-29 09:30' }
const pollMs = 200

const loggedIn = v.object({ token: v.string(), reach: v.string() })
const claims = v.pipe(v.string(), v.parseJson(), v.object({ aud: v.string(), sub: v.string() }))
const reached = v.object({ all: v.array(v.object({ official: v.string(), reach: v.string() })) })
const ended = v.object({ state: v.string(), reason: v.exactOptional(v.string()) })

/** Follows, logs in, pushes events and callbacks by each. */
export async function playApart(world: World, sending: Sending): Promise<void> {
  const person = await followBrand(world)
  await logInToBoth(world, person)
  await playEvents(world, sending, person)
  await refuseForeignToken(world)
}

/** Who follows brand, and not the first account. */
function followBrand(world: World): Promise<Person> {
  return world.trials.play('Someone follows the second account alone', '关注其中一个服务号', async context => {
    const person = await world.control.addPerson('小鹊', context.signal)
    await world.control.follow(person, context.signal, brand)
    const url = `${world.api}/reach?unionid=${person.unionid}&all=`
    const wanted = JSON.stringify([`${first} unknown`, `${brand} reachable`])
    await until(context, async () => {
      const answer = await callJson('GET', url, { signal: context.signal, headers: world.sign(url) })
      const { all } = v.parse(reached, answer.body)
      context.saw(answer.told)
      // Of an account that has heard nothing of somebody it is the same whether they are known elsewhere.
      const found = all.map(it => `${it.official} ${it.reach.replace('not-following', 'unknown')}`)
      return JSON.stringify(found) === wanted
    })
    return { result: person, told: `by ${brand}, not by ${first}` }
  })
}

async function logInToBoth(world: World, person: Person): Promise<void> {
  const { api, trials } = world
  await trials.play('The same person logs in to both mini programs', '登录两个小程序', async ({ signal }) => {
    const logIn = async (app: string, codeOf = app) => {
      const code = await world.control.login(person, signal, codeOf)
      return callJson('POST', `${api}/login`, { body: { code, app }, signal })
    }
    const read = async (app: string) => {
      const { token, reach } = v.parse(loggedIn, (await logIn(app)).body)
      return { reach, ...v.parse(claims, Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) }
    }
    const [own, other] = [await read(shop), await read(firstMini)]
    if (own.reach !== 'reachable' || other.reach === 'reachable') throw new Error(`${own.reach}, ${other.reach}`)
    if (own.aud === other.aud || own.sub === other.sub) throw new Error('both sessions are of one app')
    const foreign = await logIn(firstMini, shop)
    if (foreign.status !== 400 && foreign.status !== 401) throw new Error(`a foreign code → ${foreign.told}`)
    const told = `${shop} ${own.reach}, ${firstMini} ${other.reach}; ${shop}’s code at ${firstMini} → ${foreign.status}`
    return { result: undefined, told }
  })
}

async function playEvents(world: World, { sqs, eventsQueueUrl }: Sending, person: Person): Promise<void> {
  const to = { unionid: person.unionid }
  const byName = { to, template: 'order-paid', data }
  const events = {
    [`${brand}:1`]: { from: brand, ...byName },
    [`${first}:1`]: { from: first, ...byName },
    'any:1': { from: 'any', ...byName },
    [`${brand}:foreign`]: { from: brand, to, templateId: orderPaid.templateId, data },
  }
  const wanted = {
    [`${brand}:1`]: 'delivered',
    [`${first}:1`]: 'dropped not-following',
    'any:1': 'delivered',
    [`${brand}:foreign`]: 'rejected WeChat refused template/send: 40037 invalid template_id',
  }
  await world.trials.play(
    'Each event goes out by the account that it names, or that reaches',
    '按账号发送',
    async context => {
      const { signal, saw } = context
      for (const [id, body] of Object.entries(events)) {
        const MessageBody = JSON.stringify({ id, ...body })
        await sqs.send(new SendMessageCommand({ QueueUrl: eventsQueueUrl, MessageBody }), { abortSignal: signal })
      }
      let found = {}
      await until(context, async () => {
        const read = Object.keys(events).map(async id => [id, await stateOf(world, id, signal)] as const)
        found = Object.fromEntries(await Promise.all(read))
        saw(JSON.stringify(found))
        return Object.values(found).every(it => /^(delivered|dropped|rejected)/.test(`${it}`))
      })
      if (!isDeepStrictEqual(found, wanted)) throw new Error(JSON.stringify(found))
      const messages = await world.control.messages(person, signal)
      const shown = messages.map(it => `${it.app} ${it.templateId}`)
      const own = `${brand} ${ofBrand.templateId}`
      if (!isDeepStrictEqual(shown, [own, own])) throw new Error(`on the phone: ${shown.join(', ')}`)
      return { result: undefined, told: `two messages, both by ${brand}; ${JSON.stringify(found)}` }
    },
  )
}

async function stateOf(world: World, id: string, signal: AbortSignal): Promise<string> {
  const url = `${world.api}/deliveries/${encodeURIComponent(id)}`
  const { body } = await callJson('GET', url, { signal, headers: world.sign(url) })
  const read = v.safeParse(ended, body)
  return read.success ? [read.output.state, read.output.reason ?? []].flat().join(' ') : 'nothing'
}

async function refuseForeignToken(world: World): Promise<void> {
  const { trials, commands, control: box, api } = world
  await trials.play('A callback takes its own app’s Token, and no other’s', '回调互不相通', async ({ signal }) => {
    const verified = async (keysOf: string) => {
      const keys = await trials.readCallbackKeys(commands, keysOf)
      await box.pushTo(`${api}/callback/${brand}`, keys, signal, brand)
      const answer = await callBox(world, '/callback/verify', { app: brand }, signal)
      return v.parse(v.object({ verified: v.boolean() }), answer).verified
    }
    const found = [await verified(first), await verified(brand)]
    if (!isDeepStrictEqual(found, [false, true])) throw new Error(`verified: ${found.join(', ')}`)
    return { result: undefined, told: `/callback/${brand}: ${first}’s is refused, ${brand}’s is taken` }
  })
}

/** A call of the box's control API. */
export async function callBox({ wechat }: World, path: string, body: object, signal: AbortSignal): Promise<unknown> {
  const answer = await callJson('POST', `${wechat}/_box${path}`, { body, signal })
  if (answer.status !== 200) throw new Error(answer.told)
  return answer.body
}

async function until({ signal }: StepContext, isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await delay(pollMs, undefined, { signal })
}
