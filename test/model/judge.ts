/** Watches every write, and compares what came of it with what is true. */

import type { Erasure, News } from '../../lib/followers/follower-news.ts'
import type { FollowerRow } from '../../lib/followers/link.ts'
import type { Address, MiniOpenId, OfficialAppId, OpenId, UnionId } from '../../lib/identifiers.ts'
import { type People, type Person, wasSince } from './people.ts'
import type { Process, Schedule } from './schedule.ts'

export const sights = [
  'steps',
  'follows',
  'follows unseen',
  'follows of a second account',
  'leavings',
  'leavings unseen',
  'unionids found late',
  'moves to another Open Platform account',
  'moves of the account',
  'erasure requests',
  'logins',
  'sync runs complete',
  'sync runs busy',
  'sync runs on the way',
  'sync runs taken over',
  'sync runs restarted',
  'batches',
  'revisits',
  'kept for long enough',
  'messages again',
  'messages twice',
  'requests failed',
  'killed',
  'out of time',
  'rows written',
] as const
export type Sight = (typeof sights)[number]

type Lease = { readonly owner: string; readonly until: number }
export type Judge = ReturnType<typeof openJudge>

function idOf(address: Address): OpenId | MiniOpenId | UnionId {
  if ('official' in address) return address.openid
  return 'mini' in address ? address.miniOpenid : address.unionid
}

function isOneOf({ openids, human }: Person, ids: ReadonlySet<string>): boolean {
  return [...openids, human.miniOpenid].some(it => ids.has(it))
}

/** Opens a judge over these people. */
export function openJudge({ all }: Pick<People, 'all'>, { now, isAlive }: Pick<Schedule, 'now' | 'isAlive'>) {
  const seen = new Map<Sight, number>(sights.map(it => [it, 0]))
  const violations: string[] = []
  const demand = (holds: boolean, promise: string) => {
    if (!holds) violations.push(promise)
  }
  const see = (what: Sight) => void seen.set(what, (seen.get(what) ?? 0) + 1)
  let strays: { readonly process: Process; readonly unionid: UnionId }[] = []
  const holders = new Map<OfficialAppId, Lease>()
  /** Since when (s) nothing may bring them back: their request is worked in for the second time. */
  const forgotten = new Map<string, number>()

  return {
    seen,
    violations,
    demand,
    see,
    /** A process has written the row of a unionid, but not yet, or in vain, the one of the openid. */
    strayed: (process: Process, unionid: UnionId) => void strays.push({ process, unionid }),
    joined(process: Process, unionid: UnionId) {
      strays = strays.filter(it => it.process !== process || it.unionid !== unionid)
    },
    /**
     * Unionids whose row an unlucky process left half done. The next try mends it, unless by then WeChat does not name
     * that unionid any more: without transactions there is no helping that.
     */
    excused: () => new Set(strays.filter(it => it.process.isUnlucky).map(it => it.unionid)),
    /** Who left long ago may be forgotten from now on. */
    queued(news: News) {
      if (news.change !== 'expire') return
      for (const { human } of all.filter(it => it.openids.some(openid => news.openids.includes(openid)))) {
        see('kept for long enough')
        human.expiredAt = now()
      }
    },
    /** An erasure request is carried out, for the second time. */
    forgot({ who, at }: Erasure) {
      const ids = new Set<string>(who.map(idOf))
      for (const it of ids) forgotten.set(it, Math.max(at, forgotten.get(it) ?? 0))
      const requests = all.filter(it => isOneOf(it, ids)).flatMap(it => it.human.requests)
      for (const request of requests) if (request.at === at) request.doneAt = now()
    },
    leased(official: OfficialAppId, lease: Lease) {
      const holder = holders.get(official)
      const isOther = holder !== undefined && holder.owner !== lease.owner
      const isHeld = isOther && isAlive(holder.owner) && holder.until > now()
      demand(!isHeld, 'one process syncs an account at a time')
      if (isOther) see('sync runs taken over')
      holders.set(official, lease)
    },
    freed(official: OfficialAppId, owner: string) {
      if (holders.get(official)?.owner === owner) holders.delete(official)
    },
    /** A follower's row has changed. */
    wrote(official: OfficialAppId, before: FollowerRow | undefined, row: FollowerRow) {
      const own = all.filter(it => it.official === official)
      const person = own.find(it => it.openids.some(openid => openid === row.openid))
      if (person === undefined) return demand(false, 'no row of anybody whom the account does not know')
      see('rows written')
      const who = `person ${person.human.index} of ${official}`
      const isTrue = wasSince(person, row)
      demand(row.at >= (before?.at ?? 0), `${who}: an older event undoes no newer one`)
      demand(isTrue || row.following, `${who}: who follows all along is never seen as not following`)
      demand(isTrue || !row.following, `${who}: nobody who left is resurrected`)
      const forgottenAt = forgotten.get(row.openid)
      const cameBack = [...person.spells, ...person.human.logins].map(it => Math.floor(it.from / 1000))
      const isBack = cameBack.some(it => it > (forgottenAt ?? 0))
      demand(isBack || forgottenAt === undefined, `${who}: nobody who was forgotten is resurrected`)
      demand(row.at * 1000 <= now(), `${who}: no row knows the future`)
    },
  }
}
