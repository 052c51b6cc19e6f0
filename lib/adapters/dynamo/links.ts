/** Who is who in all apps (the rows: link-rows.ts). */

import type { LinkStore, MiniLogin } from '../../followers/ports.ts'
import type { UnionId } from '../../identifiers.ts'
import { batchGet, type Change, change, type Dynamo } from './dynamo.ts'
import { createFollowerLinks } from './follower-links.ts'
import { createJoining } from './link-joining.ts'
import { keysBehind, personOf } from './link-people.ts'
import { keyOf, type LinkRows, rowOf, unreadableKeys } from './link-rows.ts'
import { createScans } from './link-scans.ts'
import { createSettling } from './link-settling.ts'
import { createUnions, lastLogin, type Unions } from './link-sides.ts'

type Update = (address: string, how: Change) => Promise<boolean>

/** Creates the store of links; `onUnreadable` hears once a call, by what may stand in a log, of what cannot be read. */
export function createLinkStore(
  dynamo: Dynamo,
  table: string,
  onUnreadable: (addresses: readonly string[]) => void = () => undefined,
): LinkStore {
  const update: Update = (address, how) => change(dynamo, table, { address }, how)
  const unions = createUnions(dynamo, table)
  const settle = createSettling(dynamo, table)
  const read = async (addresses: readonly string[]): Promise<LinkRows> => {
    const keys = [...new Set(addresses)].map(address => ({ address }))
    const rows = (await batchGet(dynamo, table, keys)).map(rowOf)
    return new Map(rows.map(it => [it.address, it]))
  }
  const tell = (...found: readonly LinkRows[]): void => {
    const keys = new Set(found.flatMap(it => [...it.values()]).flatMap(unreadableKeys))
    if (keys.size > 0) onUnreadable([...keys])
  }

  const scans = createScans({ update, read })

  return {
    of: official =>
      createFollowerLinks(official, { update, read, tell, scans, join: createJoining(official, unions, settle) }),
    async resolve(addresses, scope) {
      const isEverywhere = scope === 'everywhere'
      const direct = await read(addresses.map(keyOf))
      const behind = await read(keysBehind(addresses, direct, isEverywhere))
      tell(direct, behind)
      return addresses.map(address => personOf(address, { direct, behind, isEverywhere }))
    },
    async writeLogin(login, at) {
      // First: whoever is known by the mini program's row has their login behind it.
      if (login.unionid !== undefined) await joinMini(login.unionid, login, { at, unions })
      await putMini(login, at, update)
    },
    joinByScan: scans.join,
    async endScans(links) {
      for (const link of links) await scans.end(link)
    },
    async loginsOf(unionids) {
      const rows = await read(unionids.map(unionid => keyOf({ unionid })))
      const found = [...new Set(unionids)].flatMap(unionid => {
        const row = rows.get(keyOf({ unionid }))
        const at = row && lastLogin(row)
        return at === undefined ? [] : [[unionid, at] as const]
      })
      return new Map(found)
    },
  }
}

/** A login without unionid does not take away the one that an earlier login brought. */
function putMini({ mini, miniOpenid, unionid }: MiniLogin, at: number, update: Update) {
  const set = unionid === undefined ? { at } : { at, unionid }
  return update(keyOf({ mini, miniOpenid }), { set, condition: 'attribute_not_exists(#at) OR #at <= :at' })
}

function joinMini(unionid: UnionId, { mini, miniOpenid }: MiniLogin, { at, unions }: { at: number; unions: Unions }) {
  const isNewest = { condition: 'attribute_not_exists(#side.#at) OR #side.#at <= :at', values: { at } }
  return unions.put(unionid, mini, { miniOpenid, at }, isNewest)
}
