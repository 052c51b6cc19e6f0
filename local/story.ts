import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import * as v from 'valibot'
import { callJson, type JsonAnswer } from './http-json.ts'
import type { StepContext, Steps } from './steps.ts'
import { playPicture } from './story-picture.ts'
import { createWeChatControl, type Person, type PhoneMessage } from './wechat-control.ts'

/** Where the demo runs. */
export type Stage = {
  api: string
  wechat: string
  eventsQueueUrl: string
  sqs: SQSClient
  /** WeChat's id of the template `order-paid`. */
  templateId: string
  /** RECEIPTS=off: a delivery ends at `accepted`. */
  isWithoutReceipts?: boolean
  /** For a stage on AWS. */
  deployed?: {
    /** Signs the headers of a GET, like a business system. */
    sign: (url: string) => Record<string, string>
    /** Fetches a URL that the stage gave out. */
    reach: typeof fetch
    limitMs: number
  }
}

const name = '小鹊'
const stepMs = 10_000
const loginSchema = v.object({ token: v.string(), expiresIn: v.number(), reach: v.string() })
const deliverySchema = v.object({ state: v.string(), msgid: v.exactOptional(v.string()) })

/** Runs everything once: follow, log in, push an event, find the message, see its receipt; upload a picture. */
export async function playStory(stage: Stage, steps: Steps): Promise<void> {
  const person = await follow(stage, steps)
  const token = await logIn(stage, steps, person)
  await readReach(stage, steps, token)
  const event = await pushEvent(stage, steps, person)
  const message = await findMessage(stage, steps, person, event)
  await awaitReceipt(stage, steps, person, event, message)
  const reach = stage.deployed?.reach ?? fetch
  await playPicture({ api: stage.api, limitMs: limitOf(stage), reach }, steps, token)
}

function follow(stage: Stage, steps: Steps): Promise<Person> {
  const control = createWeChatControl(stage.wechat)
  const step = {
    title: 'Someone follows the Official Account; the callback goes through a queue into the link store',
    titleZh: '有人关注服务号',
    address: `POST ${stage.wechat}/_box/people/…/follow → POST ${stage.api}/callback`,
    expected: `GET ${stage.api}/reach says reachable`,
    limitMs: limitOf(stage),
  }
  return steps.play(step, async context => {
    const person = await control.addPerson(name, context.signal)
    context.saw(`person ${person.id} in the box`)
    await control.follow(person, context.signal)
    await getUntil(
      stage,
      `${stage.api}/reach?openid=${person.openid}`,
      context,
      answer => reachOf(answer) === 'reachable',
    )
    return { result: person, told: `${name} (unionid ${person.unionid}) is reachable` }
  })
}

function logIn(stage: Stage, steps: Steps, person: Person): Promise<string> {
  const control = createWeChatControl(stage.wechat)
  const step = {
    title: 'The same person logs in through the mini program',
    titleZh: '在小程序里登录',
    address: `POST ${stage.api}/login`,
    expected: '200 with a token and reach "reachable"',
    limitMs: limitOf(stage),
  }
  return steps.play(step, async context => {
    const code = await control.login(person, context.signal)
    const answer = await callJson('POST', `${stage.api}/login`, { body: { code }, signal: context.signal })
    context.saw(`POST /login → ${answer.status}`)
    assertStatus(answer, 200)
    const { token, expiresIn, reach } = v.parse(loginSchema, answer.body)
    if (reach !== 'reachable') throw new Error(`reach is ${reach}`)
    return { result: token, told: `a session token for ${expiresIn} s; reach: ${reach}` }
  })
}

function readReach(stage: Stage, steps: Steps, token: string): Promise<void> {
  const url = `${stage.api}/me`
  const step = {
    title: 'The mini program asks whether messages can reach this user',
    titleZh: '小程序查询能否收到消息',
    address: `GET ${url}`,
    expected: '200 with reach "reachable"',
    limitMs: limitOf(stage),
  }
  return steps.play(step, async context => {
    const answer = await callJson('GET', url, { bearer: token, signal: context.signal })
    context.saw(answer.told)
    assertStatus(answer, 200)
    if (reachOf(answer) !== 'reachable') throw new Error(`reach is ${reachOf(answer)}`)
    return { result: undefined, told: JSON.stringify(answer.body) }
  })
}

function pushEvent(stage: Stage, steps: Steps, person: Person) {
  const order = `${new Date().toISOString().slice(0, 10).replaceAll('-', '')}-${randomInt(1_000_000)}`
  const event = {
    id: `order-${order}:paid`,
    to: { unionid: person.unionid },
    // Only the local stage has a list of names in templates.json.
    ...(stage.deployed ? { templateId: stage.templateId } : { template: 'order-paid' }),
    data: { character_string1: order, amount2: '¥88.00', time3: '2026-11-22 09:30' },
    page: `pages/order/detail?id=${order}`,
  }
  const step = {
    title: 'A business system pushes an event: an order is paid',
    titleZh: '业务系统推送事件：订单已支付',
    address: `SQS SendMessage ${stage.eventsQueueUrl}`,
    expected: 'SQS takes the event',
    limitMs: limitOf(stage),
  }
  return steps.play(step, async ({ signal }) => {
    const command = new SendMessageCommand({ QueueUrl: stage.eventsQueueUrl, MessageBody: JSON.stringify(event) })
    await stage.sqs.send(command, { abortSignal: signal })
    return { result: event, told: JSON.stringify(event) }
  })
}

type OrderEvent = Awaited<ReturnType<typeof pushEvent>>

function findMessage(stage: Stage, steps: Steps, person: Person, event: OrderEvent): Promise<PhoneMessage> {
  const url = `${stage.wechat}/_box/people/${person.id}/messages`
  const step = {
    title: 'The template message is on that phone, once, with its fields',
    titleZh: '模板消息到达手机',
    address: `GET ${url}`,
    expected: `one message of template ${stage.templateId} with ${JSON.stringify(event.data)}`,
    limitMs: limitOf(stage),
  }
  return steps.play(step, async context => {
    const message = await waitForMessage(stage, person, context)
    if (message.templateId !== stage.templateId) throw new Error(`the template is ${message.templateId}`)
    if (!isDeepStrictEqual(message.data, event.data)) throw new Error(`the fields are ${JSON.stringify(message.data)}`)
    return { result: message, told: `「${message.title}」 ${Object.values(message.data).join(' · ')}` }
  })
}

async function waitForMessage(stage: Stage, person: Person, context: StepContext): Promise<PhoneMessage> {
  const control = createWeChatControl(stage.wechat)
  for (;;) {
    const messages = await control.messages(person, context.signal)
    context.saw(`${messages.length} messages on the phone: ${JSON.stringify(messages)}`)
    if (messages.length > 1) throw new Error(`${messages.length} messages instead of one`)
    if (messages[0]) return messages[0]
    await delay(100, undefined, { signal: context.signal })
  }
}

function awaitReceipt(
  stage: Stage,
  steps: Steps,
  person: Person,
  event: OrderEvent,
  message: PhoneMessage,
): Promise<void> {
  const url = `${stage.api}/deliveries/${encodeURIComponent(event.id)}`
  const [state, title, titleZh] = stage.isWithoutReceipts
    ? ['accepted', 'WeChat has taken the message, and the delivery is done (RECEIPTS=off)', '微信已受理（不记录回执）']
    : ['delivered', 'WeChat’s receipt comes back, and the delivery is done', '微信回执：送达成功']
  const expected = `state "${state}", msgid ${message.msgid}`
  const step = { title, titleZh, address: `GET ${url}`, expected, limitMs: limitOf(stage) }
  return steps.play(step, async context => {
    const answer = await getUntil(stage, url, context, ({ body }) => readDelivery(body)?.state === state)
    if (readDelivery(answer.body)?.msgid !== message.msgid) throw new Error('the msgid is another one')
    await waitForMessage(stage, person, context)
    return { result: undefined, told: JSON.stringify(answer.body) }
  })
}

/** Polls until the answer is the expected one; the step's limit ends it otherwise. */
async function getUntil(
  { deployed }: Stage,
  url: string,
  { signal, saw }: StepContext,
  isDone: (answer: JsonAnswer) => boolean,
) {
  for (;;) {
    const answer = await callJson('GET', url, { signal, headers: deployed?.sign(url) ?? {} })
    saw(answer.told)
    if (isDone(answer)) return answer
    await delay(100, undefined, { signal })
  }
}

function limitOf({ deployed }: Stage): number {
  return deployed?.limitMs ?? stepMs
}

function readDelivery(body: unknown) {
  const parsed = v.safeParse(deliverySchema, body)
  return parsed.success ? parsed.output : undefined
}

function reachOf({ body }: JsonAnswer): string | undefined {
  const parsed = v.safeParse(v.object({ reach: v.string() }), body)
  return parsed.success ? parsed.output.reach : undefined
}

function assertStatus(answer: JsonAnswer, status: number): void {
  if (answer.status !== status) throw new Error(answer.told)
}
