/** The load of the sender's benches: followers with their rows, events and messages to them. */

import { appids } from '../../kit/app.ts'
import templates from '../../templates.json' with { type: 'json' }
import { addressesOf, createFollowers, dataOf, type TemplateName } from '../addressees.ts'
import { peerMessage } from '../peers/peers.ts'
import type { PeerMessage } from '../peers/process.ts'

/** So many have links. */
export const followers = 1_000
const people = createFollowers(followers)
const { official, mini } = appids
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

/** A message as the bare ways of sending are given it. */
export function makeMessage(): PeerMessage {
  const { templateId } = templates.local['order-paid']
  return peerMessage(people.openid(0), templateId, dataOf('order-paid', made++))
}

/** The rows of the table of links for all followers, as lib/adapters/dynamo/link-rows.ts writes them. */
export function linkRows(): object[] {
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

/** The row of the table of tokens. */
export function tokenRow(accessToken: string): object {
  const now = Date.now()
  const times = { issuedAt: { N: `${now}` }, expiresAt: { N: `${now + 7_200_000}` }, generation: { N: '1' } }
  return { appid: { S: official }, accessToken: { S: accessToken }, ...times }
}
