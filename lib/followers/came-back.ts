/** Who of those who wished to be forgotten came back since: they followed again, or logged in again. */

import type { OpenId } from '../identifiers.ts'
import type { FollowerSeen } from './link.ts'
import type { Erasures, LinkStore } from './ports.ts'

export type CameBackDeps = {
  readonly links: Pick<LinkStore, 'loginsOf'>
  readonly erasures: Pick<Erasures, 'marksOf'>
}

/**
 * Of up to 100 people whom WeChat said this of, each of the marked who came back, with the instant (seconds) of that.
 *
 * Whoever logs in again is who they are by their unionid; that they follow all along, WeChat says.
 */
export async function cameBack(
  seen: readonly FollowerSeen[],
  marks: ReadonlyMap<OpenId, number>,
  { links }: Pick<CameBackDeps, 'links'>,
): Promise<ReadonlyMap<OpenId, number>> {
  const followers = seen.filter(it => it.following && marks.has(it.openid))
  const unionids = [...new Set(followers.flatMap(it => it.unionid ?? []))]
  const logins = unionids.length === 0 ? new Map() : await links.loginsOf(unionids)
  const back = followers.flatMap(({ openid, followedAt = 0, unionid }) => {
    const loginAt = Math.floor(((unionid && logins.get(unionid)) ?? 0) / 1000)
    const at = Math.max(followedAt, loginAt)
    return at > (marks.get(openid) ?? Number.POSITIVE_INFINITY) ? [[openid, at] as const] : []
  })
  return new Map(back)
}
