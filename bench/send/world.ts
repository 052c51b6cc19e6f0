/** WeChat in a box and AWS in memory, with followers, their links and a token; and the load for them. */

import * as v from 'valibot'
import { openControl } from '../../kit/control.ts'
import { startWeChat } from '../../kit/processes.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { createPeople } from '../../local/wechat/people.ts'
import templates from '../../templates.json' with { type: 'json' }
import type { Message } from './plain.ts'
import { startAws } from './processes.ts'

export type World = Awaited<ReturnType<typeof openWorld>>

const followers = 1_000
const path = '/cgi-bin/message/template/send'
const { appid, appsecret: secret } = defaultAccounts.official
const tokenAnswer = v.object({ access_token: v.string() })
const messages = v.array(v.object({ data: v.record(v.string(), v.string()), at: v.number() }))
const people = createPeople(defaultAccounts)
people.add(followers, { unionid: true, following: true, at: 0 })

/** Opens it; WeChat answers each send after so long. */
export async function openWorld(latencyMs: number) {
  const aws = startAws()
  const [{ url }, awsUrl] = await Promise.all([startWeChat(), aws.url()])
  const control = openControl(url)
  await control('/templates', { add: Object.values(templates.local) })
  await control('/people', { count: followers, following: true })
  await control('/quota', { app: 'official', path, day: 1_000_000_000 })
  await control('/faults', { path, kind: 'slow', ms: latencyMs, times: 1_000_000_000 })
  await aws.fill('links', linkRows())
  await aws.fill('tokens', [await tokenRow(url)])
  return {
    url,
    aws,
    awsUrl,
    control,
    /** When the message of each event arrived (ms), by the event's number. */
    async arrivals(): Promise<ReadonlyMap<number, number>> {
      const all = v.parse(messages, await control('/messages'))
      return new Map(all.map(({ data, at }) => [Number(/\d+/.exec(data.character_string1 ?? '')?.[0]), at]))
    },
  }
}

let made = 0

/** So many new events of a template, and the number of each; a third goes to each kind of address. */
export function makeEvents(count: number, template: keyof typeof templates.local) {
  return Array.from({ length: count }, () => {
    const number = made++
    const person = number % followers
    const addresses = [
      { unionid: people.unionid(person) },
      { openid: people.openid(person) },
      { miniOpenid: people.miniOpenid(person) },
    ]
    return {
      number,
      body: JSON.stringify({
        id: `bench-${number}`,
        to: addresses[number % 3],
        template,
        data: dataOf(number, template),
      }),
    }
  })
}

/** The same for the reference. */
export function makeMessages(count: number): Message[] {
  const { templateId } = templates.local['order-paid']
  return Array.from({ length: count }, () => {
    const number = made++
    return { openid: people.openid(number % followers), templateId, data: dataOf(number, 'order-paid') }
  })
}

function dataOf(number: number, template: keyof typeof templates.local): Record<string, string> {
  const time = '2026-11-22 09:30'
  if (template === 'class-reminder') return { thing1: `第 ${number} 课`, time2: time, const3: '已预约' }
  return { character_string1: `NO-${number}`, amount2: '¥88.00', time3: time }
}

function linkRows(): object[] {
  const at = { N: '1' }
  return Array.from({ length: followers }, (_, person) => {
    const [openid, unionid] = [{ S: people.openid(person) }, { S: people.unionid(person) ?? '' }]
    const state = { following: { BOOL: true }, at }
    return [
      { address: { S: `openid#${openid.S}` }, unionid, ...state },
      { address: { S: `unionid#${unionid.S}` }, openid, ...state },
      { address: { S: `mini#${people.miniOpenid(person)}` }, unionid, at },
    ]
  }).flat()
}

async function tokenRow(url: string): Promise<object> {
  const body = JSON.stringify({ grant_type: 'client_credential', appid, secret })
  const answer = await fetch(`${url}/cgi-bin/stable_token`, { method: 'POST', body })
  const { access_token } = v.parse(tokenAnswer, await answer.json())
  const now = Date.now()
  const times = { issuedAt: { N: `${now}` }, expiresAt: { N: `${now + 7_200_000}` }, generation: { N: '1' } }
  return { appid: { S: appid }, accessToken: { S: access_token }, ...times }
}
