/** The story of two Official Accounts and two mini programs of one company: one person is one person in all of them. */

import { setTimeout as delay } from 'node:timers/promises'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import * as v from 'valibot'
import { callJson } from './http-json.ts'
import type { StepContext, Steps } from './steps.ts'
import type { Stage } from './story.ts'
import { createWeChatControl, type Person } from './wechat-control.ts'

type Place = Pick<Stage, 'api' | 'wechat' | 'eventsQueueUrl' | 'sqs'>

/** The box calls its first pair so, whatever the list does. */
const boxNames: Readonly<Record<string, string>> = { brand: 'official', shop: 'mini' }
const inBox = (name: string) => boxNames[name] ?? name
const stepMs = 10_000
const data = { character_string1: '20261129-0001', amount2: '¥88.00', time3: '2026-11-29 09:30' }
const reachAnswer = v.object({ all: v.array(v.object({ official: v.string(), reach: v.string() })) })

/** Follows one account, logs in to the other's mini program, and gets messages by name and by whichever account reaches. */
export async function playAccounts(place: Place, steps: Steps): Promise<void> {
  const person = await followOne(place, steps)
  await logInToBoth(place, steps, person)
  await push(place, steps, person, { from: 'any', sender: 'region' })
  await followOther(place, steps, person)
  await push(place, steps, person, { from: 'brand', sender: 'brand' })
  await push(place, steps, person, { from: 'region', sender: 'region' })
}

function followOne(place: Place, steps: Steps): Promise<Person> {
  const control = createWeChatControl(place.wechat)
  const step = {
    title: 'Someone follows the Official Account region, and not brand',
    titleZh: '有人只关注了其中一个服务号',
    address: `POST ${place.wechat}/_box/people/…/follow → POST ${place.api}/callback/region`,
    expected: `GET ${place.api}/reach?all says who is reachable by which account`,
    limitMs: stepMs,
  }
  return steps.play(step, async context => {
    const person = await control.addPerson('小鹊', context.signal)
    await control.follow(person, context.signal, 'region')
    await untilReached(place, person, { brand: 'not-following', region: 'reachable' }, context)
    return { result: person, told: `unionid ${person.unionid}: by region, not by brand` }
  })
}

function logInToBoth(place: Place, steps: Steps, person: Person): Promise<void> {
  const control = createWeChatControl(place.wechat)
  const step = {
    title: 'The same person logs in to both mini programs: each asks for the account that its users are to follow',
    titleZh: '同一个人登录两个小程序',
    address: `POST ${place.api}/login {"app": "shop"}, {"app": "club"}`,
    expected: 'shop (brand) says not-following, club (region) says reachable',
    limitMs: stepMs,
  }
  return steps.play(step, async context => {
    const logIn = async (app: string) => {
      const code = await control.login(person, context.signal, inBox(app))
      const answer = await callJson('POST', `${place.api}/login`, { body: { code, app }, signal: context.signal })
      context.saw(`POST /login of ${app} → ${answer.told}`)
      return v.parse(v.object({ reach: v.string() }), answer.body).reach
    }
    const reached = [await logIn('shop'), await logIn('club')].join(', ')
    if (reached !== 'not-following, reachable') throw new Error(`reach is ${reached}`)
    return { result: undefined, told: `reach: ${reached}` }
  })
}

function followOther(place: Place, steps: Steps, person: Person): Promise<void> {
  const control = createWeChatControl(place.wechat)
  const step = {
    title: 'They follow brand as well',
    titleZh: '又关注了另一个服务号',
    address: `POST ${place.wechat}/_box/people/${person.id}/follow → POST ${place.api}/callback`,
    expected: 'reachable by both',
    limitMs: stepMs,
  }
  return steps.play(step, async context => {
    await control.follow(person, context.signal, inBox('brand'))
    await untilReached(place, person, { brand: 'reachable', region: 'reachable' }, context)
    return { result: undefined, told: 'reachable by both' }
  })
}

type Push = { readonly from: string; readonly sender: string }

function push(place: Place, steps: Steps, person: Person, { from, sender }: Push): Promise<void> {
  const control = createWeChatControl(place.wechat)
  const event = { id: `by-${from}-${person.id}`, from, to: { unionid: person.unionid }, template: 'order-paid', data }
  const step = {
    title: `An event from ${from} is sent by ${sender}`,
    titleZh: '事件由指定的（或任一可达的）服务号发出',
    address: `SQS SendMessage ${place.eventsQueueUrl}`,
    expected: `the next message on the phone comes from ${sender}`,
    limitMs: stepMs,
  }
  return steps.play(step, async context => {
    const before = (await control.messages(person, context.signal)).length
    const command = new SendMessageCommand({ QueueUrl: place.eventsQueueUrl, MessageBody: JSON.stringify(event) })
    await place.sqs.send(command, { abortSignal: context.signal })
    for (;;) {
      const messages = await control.messages(person, context.signal)
      context.saw(`${messages.length - before} new messages on the phone`)
      const senders = messages.map(it => it.app)
      if (messages.length > before && !senders.includes(inBox(sender))) throw new Error(`by ${senders}`)
      if (messages.length === before + 1) return { result: undefined, told: `on the phone, from ${sender}` }
      await delay(100, undefined, { signal: context.signal })
    }
  })
}

type Reached = Readonly<Record<string, string>>

/** Polls until the API says so; the step's limit ends it otherwise. */
async function untilReached({ api }: Place, person: Person, wanted: Reached, { signal, saw }: StepContext) {
  for (;;) {
    const answer = await callJson('GET', `${api}/reach?unionid=${person.unionid}&all=`, { signal })
    saw(answer.told)
    const read = v.safeParse(reachAnswer, answer.body)
    const found = read.success ? read.output.all.map(it => [it.official, it.reach]) : []
    if (Object.entries(wanted).every(([name, reach]) => found.some(it => it[0] === name && it[1] === reach))) return
    await delay(100, undefined, { signal })
  }
}
