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
import { createSyncRunStore } from '../../lib/adapters/dynamo/sync-runs.ts'
import { type FollowerRow, isReadable } from '../../lib/followers/link.ts'
import type { Erasures, Journal, LinkingStore, LinkStore, LinkUpkeep } from '../../lib/followers/ports.ts'
import { isAppId, isId, type OfficialAppId, type UnionId } from '../../lib/identifiers.ts'
import type { SyncRunStore } from '../../lib/sync/ports.ts'
import type { Process, Schedule } from './schedule.ts'

type AccountStores = {
  readonly syncRuns: SyncRunStore
  readonly journal: Journal
  readonly linking: LinkingStore
  readonly erasures: Erasures
}
type Stores = {
  readonly links: LinkStore & LinkUpkeep
  account(official: OfficialAppId): AccountStores
}

export type Backend = ReturnType<typeof openBackend>

/** Hears of what changes, the moment it does. */
export type Watch = {
  wrote(official: OfficialAppId, before: FollowerRow | undefined, after: FollowerRow): void
  leased(official: OfficialAppId, lease: { readonly owner: string; readonly until: number }): void
  freed(official: OfficialAppId, owner: string): void
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
    account: official => ({
      syncRuns: createSyncRunStore(dynamo, 'walks', official),
      journal: createJournal(dynamo, 'walks', official, random),
      linking: createLinkingStore(dynamo, 'walks', official, schedule.now),
      erasures: createErasures(dynamo, 'walks', official),
    }),
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
  const [kind, official] = `${after?.address ?? after?.walk}`.split(/[# ]/)
  if (after === undefined) return
  if (kind === 'unionid') tellOfUnion(after, process, watch)
  if (kind === 'openid' && isAppId(official)) tellOfFollower({ before, after, official }, process, watch)
  if (kind === 'state' && isAppId(official)) tellOfLease({ before, after, official }, watch)
}

type Change = { readonly before: Item | undefined; readonly after: Item; readonly official: OfficialAppId }

function tellOfLease({ before, after, official }: Change, watch: Watch): void {
  const { leaseOwner, leaseUntil } = after
  if (leaseOwner === undefined && before?.leaseOwner !== undefined) watch.freed(official, `${before.leaseOwner}`)
  if (leaseUntil !== before?.leaseUntil && leaseOwner !== undefined) {
    watch.leased(official, { owner: `${leaseOwner}`, until: Number(leaseUntil) })
  }
}

function tellOfUnion(after: Item, process: Process, watch: Watch): void {
  const { address, followers } = rowOf(after)
  const unionid = address.slice('unionid#'.length)
  if (isId(unionid) && [...followers.values()].some(it => it.following)) watch.strayed(process, unionid)
}

function tellOfFollower({ before, after, official }: Change, process: Process, watch: Watch): void {
  const row = followerOf(after)
  if (row === undefined) return
  if (row.unionid !== undefined) watch.joined(process, row.unionid)
  watch.wrote(official, before === undefined ? undefined : followerOf(before), row)
}

function followerOf(item: Item): FollowerRow | undefined {
  const [[, row] = []] = followerRowOf(rowOf({ address: '', ...item }))
  return row !== undefined && isReadable(row) ? row : undefined
}
