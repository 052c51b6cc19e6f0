/** The stores and the queue, which the parent holds, as the function sees them. */

import { type Call, remote } from '../../kit/peer.ts'
import { type PackedOpenids, packOpenids, unpackOpenids } from '../../lib/adapters/dynamo/packed-openids.ts'
import { pageKeyOf } from '../../lib/adapters/dynamo/sync-run-rows.ts'
import type { News } from '../../lib/followers/follower-news.ts'
import type {
  Erasures,
  FollowerLinks,
  Journal,
  LinkingStore,
  LinkStore,
  LinkUpkeep,
  NotedEntry,
} from '../../lib/followers/ports.ts'
import type { OpenId } from '../../lib/identifiers.ts'
import { readAhead } from '../../lib/pool.ts'
import type { ConsumedQueue, Queue } from '../../lib/ports.ts'
import type { SyncRun, SyncRunStore } from '../../lib/sync/ports.ts'
import type { TokenStore } from '../../lib/tokens/ports.ts'

/** What cannot go over as it is: pages go packed, as they do to DynamoDB; entries come one by one, and the marks as a list. */
export type PageStore = {
  page(key: string): Promise<PackedOpenids>
  savePage(run: SyncRun, page: Page, owner: string): Promise<SyncRun | undefined>
}
/** A page with its key. */
type Page = PackedOpenids & { readonly key: string }
export type EntryStore = { keys(): Promise<readonly string[]>; entry(key: string): Promise<NotedEntry> }
export type MarkStore = { marked(): Promise<readonly OpenId[]> }
type Letters = { push(bodies: readonly string[]): Promise<void> }

/** The links of the one account that there is. */
function openLinks(call: Call): Pick<LinkStore, 'of' | 'loginsOf'> & Pick<LinkUpkeep, 'idsOf' | 'erase' | 'expire'> {
  const followers = remote<FollowerLinks>(call, 'followerLinks', ['followers', 'writeFollower', 'rejoin'])
  const links = remote<LinkStore & LinkUpkeep>(call, 'links', ['loginsOf', 'idsOf', 'erase', 'expire'])
  return { ...links, of: () => followers }
}

export function openRemoteStores(call: Call) {
  const links = openLinks(call)
  const tokens = remote<TokenStore>(call, 'tokens', ['read', 'takeLease', 'write', 'freeLease'])
  const counted = ['open', 'close', 'abandon', 'expect', 'workedIn', 'waiting'] as const
  const linking = remote<LinkingStore>(call, 'linking', counted)
  const queue = remote<Letters>(call, 'queue', ['push'])
  const followers: Queue<News> & ConsumedQueue = {
    push: messages => queue.push(messages.map(it => JSON.stringify(it))),
    retryIn: () => Promise.reject(new Error('the box has quota enough')),
  }
  const ofSync = { syncRuns: openSyncRuns(call), journal: openJournal(call), erasures: openErasures(call) }
  return { links, linking, tokens, followers, ...ofSync }
}

function openSyncRuns(call: Call): SyncRunStore {
  const { page, savePage } = remote<PageStore>(call, 'syncRuns', ['page', 'savePage'])
  const methods = ['takeLease', 'freeLease', 'state', 'complete', 'abandon', 'pause', 'forget'] as const
  async function* pages(keys: readonly string[]) {
    for (const key of keys) yield await page(key)
  }
  return {
    ...remote<SyncRunStore>(call, 'syncRuns', methods),
    async *openids({ pageKeys }) {
      for await (const packed of readAhead(pages(pageKeys), 1)) yield unpackOpenids(packed)
    },
    savePage: (run, openids, owner) => savePage(run, { key: pageKeyOf(openids), ...packOpenids(openids) }, owner),
  }
}

function openJournal(call: Call): Journal {
  const { keys, entry } = remote<EntryStore>(call, 'journal', ['keys', 'entry'])
  return {
    ...remote<Journal>(call, 'journal', ['note', 'drop', 'forget']),
    async *entries() {
      for (const key of await keys()) yield await entry(key)
    },
  }
}

function openErasures(call: Call): Erasures {
  const { marked } = remote<MarkStore>(call, 'erasures', ['marked'])
  return {
    ...remote<Erasures>(call, 'erasures', ['mark', 'unmark', 'marksOf']),
    async all() {
      const marks = new Set(await marked())
      return openid => marks.has(openid)
    },
  }
}
