/**
 * Links by scan: the row of a follower's openid and that of a mini-program user lead to each other, each by a side of the
 * other's appid (the rows: link-rows.ts). Where only one leads to the other there is no link.
 *
 * Without transactions: whoever writes demands the version that it read, and looks again where that has changed.
 */

import { judgeScan, type MiniUser, type ScanLink, type ScanVerdict } from '../../followers/scan.ts'
import type { Address, AppId, OfficialAppId, OpenId } from '../../identifiers.ts'
import { bothOf, type Change, type Condition } from './dynamo.ts'
import { keyOf, type LinkRows, type Row } from './link-rows.ts'
import { newVersion, versionIs } from './link-sides.ts'

type ScansDeps = {
  readonly update: (address: string, how: Change) => Promise<boolean>
  readonly read: (addresses: readonly string[]) => Promise<LinkRows>
}
export type Scans = {
  join(link: ScanLink, at: number): Promise<ScanVerdict>
  end(link: ScanLink): Promise<void>
  /** Takes from users what leads to a follower, whose own row is about to be written. */
  forget(official: OfficialAppId, openid: OpenId, users: readonly MiniUser[]): Promise<void>
}
type Rows = { readonly follower: Row | undefined; readonly user: Row | undefined }

/** How often a concurrent write may interfere. */
const mostRounds = 8

/** Creates what joins and parts the rows of a table. */
export function createScans(deps: ScansDeps): Scans {
  const ends = createEnds(deps)
  const tryJoin = createTry(deps, ends)
  return {
    ...ends,
    async join(link, at) {
      for (let round = 0; round < mostRounds; round++) {
        const verdict = await tryJoin(link, at)
        if (verdict !== undefined) return verdict
      }
      throw new Error('the rows of a scan were changed by others again and again')
    },
  }
}

function createEnds({ update }: ScansDeps): Pick<Scans, 'end' | 'forget'> {
  const cut = (
    address: Address,
    appid: AppId,
    lead: { readonly field: 'openid' | 'miniOpenid'; readonly id: string },
  ) =>
    update(keyOf(address), {
      set: { [appid]: undefined, version: newVersion() },
      ...{ condition: `#${appid}.#${lead.field} = :id`, values: { id: lead.id } },
    })
  return {
    async end({ official, openid, mini, miniOpenid }) {
      await cut({ mini, miniOpenid }, official, { field: 'openid', id: openid })
      await cut({ official, openid }, mini, { field: 'miniOpenid', id: miniOpenid })
    },
    async forget(official, openid, users) {
      for (const user of users) await cut(user, official, { field: 'openid', id: openid })
    },
  }
}

/** One try; undefined if others have changed the rows meanwhile, or these were made ready for the next one. */
function createTry({ update, read }: ScansDeps, { end }: Pick<Scans, 'end'>) {
  const readBoth = async ({ mini, miniOpenid, ...follower }: ScanLink): Promise<Rows> => {
    const keys = [keyOf(follower), keyOf({ mini, miniOpenid })] as const
    const rows = await read(keys)
    return { follower: rows.get(keys[0]), user: rows.get(keys[1]) }
  }
  const lead = (row: Row, appid: AppId, side: object, more: Condition) => {
    const set = { [appid]: side, version: newVersion() }
    return update(row.address, { set, ...bothOf(versionIs(row.version), more) })
  }
  /** What either of them is linked to now, with another one. */
  const endOthers = async (link: ScanLink, { follower, user }: Rows) => {
    const miniOpenid = follower?.logins.get(link.mini)?.miniOpenid
    if (miniOpenid !== undefined && miniOpenid !== link.miniOpenid) await end({ ...link, miniOpenid })
    const openid = user?.followers.get(link.official)?.openid
    if (openid !== undefined && openid !== link.openid) await end({ ...link, openid })
  }
  /** The user's row first: who is being erased has no row of their openid any more, and the second fails. */
  const write = async ({ official, openid, mini, miniOpenid }: ScanLink, at: number, { follower, user }: Rows) =>
    follower !== undefined &&
    user !== undefined &&
    (await lead(user, official, { openid, at }, { condition: 'attribute_exists(#at)', values: {} })) &&
    (await lead(follower, mini, { miniOpenid, at }, { condition: '#following = :is', values: { is: true } }))

  return async (link: ScanLink, at: number): Promise<ScanVerdict | undefined> => {
    const rows = await readBoth(link)
    const [verdict, leads] = [judge(link, rows, at), leadsOf(link, rows)]
    if (isToEnd(verdict, leads)) await end(link)
    if (verdict !== 'join' || leads === 2) return verdict
    if (!hasOthers(link, rows)) return (await write(link, at, rows)) ? verdict : undefined
    await endOthers(link, rows)
    return undefined
  }
}

/** Half a link is what a try left that was cut short. */
function isToEnd(verdict: ScanVerdict, leads: number): boolean {
  return (leads === 1 && verdict !== 'join') || (leads === 2 && verdict === 'other-unionid')
}

function judge({ official, openid, mini, miniOpenid }: ScanLink, { follower, user }: Rows, at: number): ScanVerdict {
  if (follower?.isUnreadable || user?.isUnreadable) throw new Error('the rows of a scan cannot be read')
  const [own, others] = [follower?.logins.get(mini), user?.followers.get(official)]
  const { following = false } = follower ?? {}
  return judgeScan(
    {
      follower: follower && { ...follower, following, ...scanAt(own, own?.miniOpenid !== miniOpenid) },
      user: user && { ...user, ...scanAt(others, others?.openid !== openid) },
    },
    at,
  )
}

function scanAt(side: { readonly at?: number } | undefined, isOther: boolean) {
  return isOther && side?.at !== undefined ? { scanAt: side.at } : {}
}

function hasOthers({ official, openid, mini, miniOpenid }: ScanLink, { follower, user }: Rows): boolean {
  const [own, others] = [follower?.logins.get(mini)?.miniOpenid, user?.followers.get(official)?.openid]
  return ![undefined, miniOpenid].includes(own) || ![undefined, openid].includes(others)
}

/** How many of the two rows lead to the other. */
function leadsOf({ official, openid, mini, miniOpenid }: ScanLink, { follower, user }: Rows): number {
  const isUsers = follower?.logins.get(mini)?.miniOpenid === miniOpenid
  return Number(isUsers) + Number(user?.followers.get(official)?.openid === openid)
}
