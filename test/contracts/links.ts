/** The links as one account sees them, for contracts that were told of one. */

import type { Spoil } from '../../kit/memory-stores.ts'
import { type Person, personIn } from '../../lib/followers/link.ts'
import type { FollowerLinks, LinkStore, LinkUpkeep } from '../../lib/followers/ports.ts'
import type { Address, OfficialAppId } from '../../lib/identifiers.ts'
import { id, otherMiniAppid, otherOfficialAppid } from '../ids.ts'

/** `spoil` makes a row, or an app's side of a unionid's, one that cannot be read. */
export type Links = LinkStore & LinkUpkeep & { readonly spoil: Spoil }

type Seen = FollowerLinks &
  Omit<Links, 'of' | 'resolve'> & { resolve(addresses: readonly Address[]): Promise<(Person | undefined)[]> }

/** These links, as an account sees people and writes its followers. */
export function asSeenBy(official: OfficialAppId, links: Links): Seen {
  return {
    ...links,
    ...links.of(official),
    resolve: async addresses => (await links.resolve(addresses)).map(it => personIn(it, official)),
    spoil: (address, appid) => links.spoil(address, appid ?? ('unionid' in address ? official : undefined)),
  }
}

/** Has another account and another mini program know strangers by the openids that the contracts use. */
export async function withStrangers(links: Links): Promise<Links> {
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
