/** Whom the benches send to, and what: followers of the box, and events with a number in what a phone shows. */

import * as v from 'valibot'

import type { Control } from '../kit/control.ts'
import { defaultAccounts } from '../local/wechat/defaults.ts'
import { createPeople, type People } from '../local/wechat/people.ts'
import templates from '../templates.json' with { type: 'json' }

export type TemplateName = keyof typeof templates.local

const { appid, appsecret: secret } = defaultAccounts.official
const tokenAnswer = v.object({ access_token: v.string() })
const messages = v.array(v.object({ data: v.record(v.string(), v.string()), at: v.number() }))

/** So many followers; the same as `settle` has live in the box. */
export function createFollowers(count: number): People {
  const people = createPeople(defaultAccounts)
  people.add(count, { unionid: true, following: true, at: 0 })
  return people
}

/** Has so many followers live in the box, whose account has the templates. */
export async function settle(control: Control, count: number): Promise<void> {
  await control('/templates', { add: Object.values(templates.local) })
  await control('/people', { count, following: true })
}

/** The three ways of naming a person in an event. */
export function addressesOf(people: People, person: number): readonly [object, object, object] {
  const [unionid, openid, miniOpenid] = [people.unionid(person), people.openid(person), people.miniOpenid(person)]
  return [{ unionid }, { openid }, { miniOpenid }]
}

/** The values of a message, with a number among them. */
export function dataOf(template: TemplateName, number: number): Record<string, string> {
  const time = '2026-11-22 09:30'
  if (template === 'class-reminder') return { thing1: `第 ${number} 课`, time2: time, const3: '已预约' }
  return { character_string1: `NO-${number}`, amount2: '¥88.00', time3: time }
}

/** The messages on all phones: the number of each, and when it arrived (ms). */
export async function readArrivals(control: Control): Promise<{ readonly number: number; readonly at: number }[]> {
  const all = v.parse(messages, await control('/messages'))
  return all.map(({ data, at }) => ({
    number: Number(/\d+/.exec(data.character_string1 ?? data.thing1 ?? '')?.[0]),
    at,
  }))
}

/** Asks the box at this address for an access_token. */
export async function fetchToken(url: string): Promise<string> {
  const body = JSON.stringify({ grant_type: 'client_credential', appid, secret })
  const answer = await fetch(`${url}/cgi-bin/stable_token`, { method: 'POST', body })
  return v.parse(tokenAnswer, await answer.json()).access_token
}
