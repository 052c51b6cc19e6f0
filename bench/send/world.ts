/** WeChat in a box and AWS in memory, with followers, their links and a token; and the load for them. */

import { appids } from '../../kit/app.ts'
import { openControl } from '../../kit/control.ts'
import { startWeChat } from '../../kit/processes.ts'
import templates from '../../templates.json' with { type: 'json' }
import {
  addressesOf,
  createFollowers,
  dataOf,
  fetchToken,
  readArrivals,
  settle,
  type TemplateName,
} from '../addressees.ts'
import type { Message } from './plain.ts'
import { startAws } from './processes.ts'

export type World = Awaited<ReturnType<typeof openWorld>>

const followers = 1_000
const path = '/cgi-bin/message/template/send'
const people = createFollowers(followers)
const { official, mini } = appids

/** Opens it; WeChat answers each send after so long. */
export async function openWorld(latencyMs: number) {
  const aws = startAws()
  const [{ url }, awsUrl] = await Promise.all([startWeChat(), aws.url()])
  const control = openControl(url)
  await settle(control, followers)
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
      return new Map((await readArrivals(control)).map(({ number, at }) => [number, at]))
    },
  }
}

let made = 0

/** So many new events of a template, and the number of each; a third goes to each kind of address. */
export function makeEvents(count: number, template: TemplateName) {
  return Array.from({ length: count }, () => {
    const number = made++
    const to = addressesOf(people, number % followers)[number % 3]
    const body = JSON.stringify({ id: `bench-${number}`, to, template, data: dataOf(template, number) })
    return { number, body }
  })
}

/** The same for the reference. */
export function makeMessages(count: number): Message[] {
  const { templateId } = templates.local['order-paid']
  return Array.from({ length: count }, () => {
    const number = made++
    return { openid: people.openid(number % followers), templateId, data: dataOf('order-paid', number) }
  })
}

/** As lib/adapters/dynamo/link-rows.ts tells them. */
function linkRows(): object[] {
  const at = { N: '1' }
  return Array.from({ length: followers }, (_, person) => {
    const [openid, unionid] = [{ S: people.openid(person) }, { S: people.unionid(person) ?? '' }]
    const miniOpenid = { S: people.miniOpenid(person) }
    const state = { following: { BOOL: true }, at }
    const sides = { [official]: { M: { openid, ...state } }, [mini]: { M: { miniOpenid, at } } }
    return [
      { address: { S: `openid#${official}#${openid.S}` }, unionid, ...state },
      { address: { S: `unionid#${unionid.S}` }, ...sides, version: { S: 'first' } },
      { address: { S: `mini#${mini}#${miniOpenid.S}` }, unionid, at },
    ]
  }).flat()
}

async function tokenRow(url: string): Promise<object> {
  const now = Date.now()
  const times = { issuedAt: { N: `${now}` }, expiresAt: { N: `${now + 7_200_000}` }, generation: { N: '1' } }
  return { appid: { S: official }, accessToken: { S: await fetchToken(url) }, ...times }
}
