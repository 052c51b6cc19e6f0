/** The stores as each process reaches them: every request is a step of the schedule, every write of a follower is watched. */

import type { Item } from '../../kit/expressions.ts'
import { clientOf, openMemoryTables, type Written } from '../../kit/memory-dynamo.ts'
import type { Dynamo } from '../../lib/adapters/dynamo/dynamo.ts'
import { createErasures } from '../../lib/adapters/dynamo/erasures.ts'
import { createJournal } from '../../lib/adapters/dynamo/journal.ts'
import { followerRowOf, rowOf } from '../../lib/adapters/dynamo/link-rows.ts'
import { createLinkUpkeep } from '../../lib/adapters/dynamo/link-upkeep.ts'
import { createLinkingStore } from '../../lib/adapters/dynamo/linking.ts'
import { createLinkStore } from '../../lib/adapters/dynamo/links.ts'
import { createWalkStore } from '../../lib/adapters/dynamo/walks.ts'
import { type FollowerRow, isReadable } from '../../lib/followers/link.ts'
import type { Erasures, Journal, LinkingStore, LinkStore, LinkUpkeep } from '../../lib/followers/ports.ts'
import { isId, type UnionId } from '../../lib/identifiers.ts'
import type { WalkStore } from '../../lib/sync/ports.ts'
import type { Process, Schedule } from './schedule.ts'

type Stores = {
  readonly links: LinkStore & LinkUpkeep
  readonly walks: WalkStore
  readonly journal: Journal
  readonly linking: LinkingStore
  readonly erasures: Erasures
}

export type Backend = ReturnType<typeof openBackend>

/** Hears of what changes, the moment it does. */
export type Watch = {
  wrote(before: FollowerRow | undefined, after: FollowerRow): void
  leased(lease: { readonly owner: string; readonly until: number }): void
  freed(owner: string): void
  strayed(process: Process, unionid: UnionId): void
  joined(process: Process, unionid: UnionId): void
}

/** The real adapters over tables in memory; each of their requests to DynamoDB is a step. */
export function openBackend(schedule: Schedule, watch: Watch) {
  const tables = openMemoryTables()
  let drawn = 0
  const random = () => (drawn++ % 1000) / 1000
  const adapters = (dynamo: Dynamo): Stores => ({
    links: { ...createLinkStore(dynamo, 'links'), ...createLinkUpkeep(dynamo, 'links') },
    walks: createWalkStore(dynamo, 'walks'),
    journal: createJournal(dynamo, 'walks', random),
    linking: createLinkingStore(dynamo, 'walks', schedule.now),
    erasures: createErasures(dynamo, 'walks'),
  })
  return {
    /** All that is stored, in one text: ids that are shorter than WeChat's are not packed. */
    text: () => JSON.stringify([...tables.values()].flatMap(it => [...it.items.values()])),
    /** For a look at them that takes no time. */
    stores: adapters(clientOf(tables)),
    /** As a process reaches them. */
    storesOf: (process: Process) =>
      adapters(
        clientOf(
          tables,
          work => schedule.request(process, work),
          written => tellOf(written, process, watch),
        ),
      ),
  }
}

/** Says in the words of the domain which row has changed. */
function tellOf({ before, after }: Written, process: Process, watch: Watch): void {
  const address = `${after?.address ?? ''}`
  if (address.startsWith('openid#') && after !== undefined) tellOfFollower(before, after, process, watch)
  const unionid = address.slice('unionid#'.length)
  if (address.startsWith('unionid#') && isId(unionid) && after?.following === true) watch.strayed(process, unionid)
  if (after?.walk !== 'state') return
  if (after.leaseOwner === undefined && before?.leaseOwner !== undefined) watch.freed(`${before.leaseOwner}`)
  if (after.leaseUntil !== before?.leaseUntil && after.leaseOwner !== undefined) {
    watch.leased({ owner: `${after.leaseOwner}`, until: Number(after.leaseUntil) })
  }
}

function tellOfFollower(before: Item | undefined, after: Item, process: Process, watch: Watch): void {
  const row = followerOf(after)
  if (row === undefined) return
  if (row.unionid !== undefined) watch.joined(process, row.unionid)
  watch.wrote(before === undefined ? undefined : followerOf(before), row)
}

function followerOf(item: Item): FollowerRow | undefined {
  const [[, row] = []] = followerRowOf(rowOf({ address: '', ...item }))
  return row !== undefined && isReadable(row) ? row : undefined
}
