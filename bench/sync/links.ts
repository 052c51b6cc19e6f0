/** The rows of followers in some bytes a person, so that those of ten million fit beside all else; counted as rows of DynamoDB. */

import { type FollowerRow, isReadable, type StoredRow } from '../../lib/followers/link.ts'
import type { FollowerLinks } from '../../lib/followers/ports.ts'
import type { OpenId } from '../../lib/identifiers.ts'
import { personOf, unionidOf } from '../wechat/ids.ts'
import type { Counts } from './counts.ts'

const [none, left, follows] = [0, 1, 2] as const

/** Creates room for so many people. `rows.following` counts those of whom a row says that they follow. */
export function leanLinks(counts: Counts, most: number) {
  const states = new Uint8Array(most)
  const ats = new Float64Array(most)
  const followedAts = new Float64Array(most)

  const rowOf = (openid: OpenId): FollowerRow | undefined => {
    const person = personOf(openid)
    const [state, at = 0, followedAt = 0] = [states[person], ats[person], followedAts[person]]
    if (state === none) return undefined
    const dates = { at, ...(followedAt > 0 ? { followedAt } : {}) }
    return { openid, unionid: unionidOf(person), following: state === follows, ...dates }
  }
  const followerLinks: FollowerLinks = {
    async followers(openids) {
      counts.linkRowsRead += openids.length
      return new Map(openids.flatMap((it): [OpenId, StoredRow][] => entryOf(it, rowOf(it))))
    },
    async writeFollower(row, stored) {
      if (!isSame(rowOf(row.openid), stored)) return false
      const person = personOf(row.openid)
      if (row.unionid !== undefined && row.unionid !== unionidOf(person))
        throw new Error('the unionid of another person')
      states[person] = row.following ? follows : left
      ats[person] = row.at
      followedAts[person] = row.followedAt ?? 0
      counts.followersWritten += 1
      counts.linkRowsWritten += row.unionid === undefined ? 1 : 2
      return true
    },
    async rejoin(rows) {
      counts.linkRowsRead += rows.length
      return new Set()
    },
  }
  return { rows: { following: () => states.reduce((sum, it) => sum + (it === follows ? 1 : 0), 0) }, followerLinks }
}

function entryOf(openid: OpenId, row: FollowerRow | undefined): [OpenId, StoredRow][] {
  return row === undefined ? [] : [[openid, row]]
}

function isSame(one: FollowerRow | undefined, other: StoredRow | undefined): boolean {
  if (other !== undefined && !isReadable(other)) return false
  return one?.at === other?.at && one?.following === other?.following && one?.openid === other?.openid
}
