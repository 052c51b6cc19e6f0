/** Who of those with an erasure request has returned since: they followed again, or logged in again. */

import type { OpenId } from '../identifiers.ts'
import type { FollowerRow, FollowerSeen } from './link.ts'
import type { LinkStore } from './ports.ts'

type Links = Pick<LinkStore, 'loginsOf'>

/** Of up to 100 people as WeChat sees them, each of the marked who returned, with the instant (seconds) of that. */
export async function returnedAmong(
  seen: readonly FollowerSeen[],
  marks: ReadonlyMap<OpenId, number>,
  links: Links,
): Promise<ReadonlyMap<OpenId, number>> {
  const followers = seen.filter(it => it.following && marks.has(it.openid))
  const active = await lastActive(followers, links)
  return new Map(active.filter(([openid, at]) => at > (marks.get(openid) ?? Number.POSITIVE_INFINITY)))
}

/**
 * When (seconds) each of up to 100 last followed or logged in; 0 if that is not known. Whoever logs in again is who they
 * are by their unionid.
 */
export async function lastActive(
  rows: readonly FollowerRow[],
  links: Links,
): Promise<readonly (readonly [OpenId, number])[]> {
  const unionids = [...new Set(rows.flatMap(it => it.unionid ?? []))]
  const logins = unionids.length === 0 ? new Map() : await links.loginsOf(unionids)
  return rows.map(({ openid, unionid, followedAt = 0 }) => {
    const loginAt = Math.floor(((unionid && logins.get(unionid)) ?? 0) / 1000)
    return [openid, Math.max(followedAt, loginAt)]
  })
}
