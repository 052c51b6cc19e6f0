/** The rows that a bench begins with, made by their number. */

import { appids } from '../../kit/app.ts'
import type { Item } from '../../kit/expressions.ts'
import { openidOf, unionidOf } from '../wechat/ids.ts'
import type { openDynamo } from './dynamo.ts'

/** `links`: three rows for each person; `deliveries`: a row each, of which one in so many is listed. */
export type Filling =
  | { readonly kind: 'links'; readonly people: number }
  | { readonly kind: 'deliveries'; readonly events: number; readonly listedEvery: number }
  | { readonly kind: 'token' }

const { official, mini } = appids
/** The instant (s) at which everybody followed. */
const since = 1_700_000_000
/** A row expires long after the bench. */
const expiresAt = 4_000_000_000

/** Puts them, uncounted. */
export function fill(dynamo: Pick<ReturnType<typeof openDynamo>, 'fill'>, filling: Filling): void {
  if (filling.kind === 'links') dynamo.fill('links', linkRows(filling.people))
  if (filling.kind === 'deliveries') dynamo.fill('deliveries', deliveryRows(filling))
  if (filling.kind === 'token') dynamo.fill('tokens', [tokenRow()])
}

/** The openid of a person in the mini program. */
export function miniOpenidOf(person: number): string {
  return openidOf(person).replace(/^o/, 'm')
}

/** The id of an event. */
export function eventIdOf(event: number): string {
  return `bench-${event}`
}

/** As lib/adapters/dynamo/link-rows.ts tells them. */
function* linkRows(people: number): Iterable<Item> {
  for (let person = 0; person < people; person++) {
    const [openid, unionid, miniOpenid] = [openidOf(person), unionidOf(person), miniOpenidOf(person)]
    const state = { following: true, followedAt: since, at: since }
    yield { address: `openid#${official}#${openid}`, unionid, ...state }
    const sides = { [official]: { openid, ...state }, [mini]: { miniOpenid, at: since } }
    yield { address: `unionid#${unionid}`, ...sides, version: 'first' }
    yield { address: `mini#${mini}#${miniOpenid}`, unionid, at: since }
  }
}

/** As lib/adapters/dynamo/deliveries.ts and listing.ts tell them; those that are listed were dropped. */
function* deliveryRows({ events, listedEvery }: { events: number; listedEvery: number }): Iterable<Item> {
  for (let event = 0; event < events; event++) {
    const id = eventIdOf(event)
    const at = new Date((since + event) * 1000).toISOString()
    const row = { id, official, attempts: 1, at, template: 'order-paid', expiresAt }
    if (event % listedEvery > 0) yield { ...row, state: 'accepted', msgid: `${event}` }
    else {
      const listing = { listed: `dropped#${shardOf(id)}`, listedAt: `${at}#${id}` }
      yield { ...row, state: 'dropped', reason: 'not-following', ...listing }
    }
  }
}

function shardOf(id: string): number {
  return Buffer.from(id).reduce((sum, byte) => sum + byte, 0) % 4
}

function tokenRow(): Item {
  const now = Date.now()
  return { appid: official, accessToken: 'a'.repeat(136), issuedAt: now, expiresAt: now + 7_200_000, generation: 1 }
}
