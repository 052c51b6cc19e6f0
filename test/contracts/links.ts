/** The links as one account sees them, for contracts that were told of one. */

import { describe } from 'vitest'

import type { Spoil } from '../../kit/memory-stores.ts'
import { type FollowerRow, type Person, personIn } from '../../lib/followers/link.ts'
import type { FollowerLinks, LinkStore, LinkUpkeep } from '../../lib/followers/ports.ts'
import type { Address, OfficialAppId } from '../../lib/identifiers.ts'
import { id, miniAppid, officialAppid, otherMiniAppid, otherOfficialAppid } from '../ids.ts'

/** A person of one account and one mini program, and how to lead to them. */
const unionid = id('uPerson')
const atAccount = { official: officialAppid, openid: id('oOfficial') }
const atMini = { mini: miniAppid, miniOpenid: id('oMini') }
export const person = { ...atAccount, ...atMini, unionid, atAccount, atMini }

/** Their row at the account. */
export function rowOf(more: Partial<FollowerRow> = {}): FollowerRow {
  return { openid: person.openid, unionid, following: true, followedAt: 90, at: 100, ...more }
}

/** Tests what an account sees, which is the same whatever others know of other people. */
export function ofOneAccount(make: () => Promise<Links>, test: (make: () => Promise<Seen>) => void): void {
  const open = async (links: Promise<Links>) => asSeenBy(officialAppid, await links)
  describe('of one account', () => test(() => open(make())))
  describe('of one account beside others that know strangers by the same openids', () =>
    test(() => open(make().then(withStrangers))))
}

/** `spoil` makes a row, or an app's side of a unionid's, one that cannot be read. */
export type Links = LinkStore & LinkUpkeep & { readonly spoil: Spoil }

export type Seen = FollowerLinks &
  Omit<Links, 'of' | 'resolve'> & { resolve(addresses: readonly Address[]): Promise<(Person | undefined)[]> }

/** These links, as an account sees people and writes its followers. */
function asSeenBy(official: OfficialAppId, links: Links): Seen {
  return {
    ...links,
    ...links.of(official),
    resolve: async addresses => (await links.resolve(addresses)).map(it => personIn(it, official)),
    spoil: (address, appid) => links.spoil(address, appid ?? ('unionid' in address ? official : undefined)),
  }
}

/** Has another account and another mini program know strangers by the openids that the contracts use. */
async function withStrangers(links: Links): Promise<Links> {
  const unionid = id('uElsewhere')
  for (const openid of ['oOfficial', 'oOther', 'oOfficialMoved', 'oMoved'].map(id)) {
    const row = { openid, unionid: id(`u-${openid}`), following: true, followedAt: 80, at: 80 }
    await links.of(otherOfficialAppid).writeFollower(row, undefined)
  }
  const left = { openid: id('oLeft1'), unionid, following: false, at: 10 }
  await links.of(otherOfficialAppid).writeFollower(left, undefined)
  for (const miniOpenid of ['oMini', 'oOtherMini'].map(id)) {
    await links.writeLogin({ mini: otherMiniAppid, miniOpenid, unionid }, 10)
  }
  return links
}
