/** Walks the list of followers and queues who came and who left since the last complete walk. */

import type { AccessTokenSource } from './access-token.ts'
import type { OpenId } from './identifiers.ts'
import type { FollowerNews } from './link-followers.ts'
import { inRuns } from './pool.ts'
import type { FollowerPage, Log, Now, Queue, Walk, WalkStore, WeChat } from './ports.ts'
import { withAccessToken } from './with-access-token.ts'

export type SyncDeps = {
  readonly wechat: Pick<WeChat, 'followerPage'>
  readonly accessTokens: AccessTokenSource
  readonly walks: WalkStore
  readonly followers: Pick<Queue, 'push'>
  readonly now: Now
  readonly log: Log
}

/** What one run did; while the walk is not complete, the next run goes on with it. */
export type SyncReport = {
  readonly pages: number
  readonly followers: number
  readonly came: number
  readonly left: number
  readonly complete: boolean
}

/** `user/info/batchget` takes a hundred openids, so the queue's messages have as many. */
const batchSize = 100

/** Walks page by page with a checkpoint behind each; starts no page after `until` (ms). */
export async function syncFollowers(deps: SyncDeps, limits: { readonly until: number }): Promise<SyncReport> {
  const { current, complete } = await deps.walks.state()
  const known = await openidsOf(complete, deps.walks)
  // A walk that was killed right before its end has only the end left to do.
  const isWalked = current !== undefined && current.next === undefined
  const { walk, came } = isWalked ? { walk: current, came: 0 } : await walkOn(current, known, { deps, ...limits })
  const left = walk.next === undefined ? await finish(walk, known, deps) : 0
  const report = { pages: walk.pages, followers: walk.followers, came, left, complete: walk.next === undefined }
  deps.log.info('sync-followers.walked', report)
  return report
}

type Stretch = { readonly deps: SyncDeps; readonly until: number }

async function walkOn(current: Walk | undefined, known: Set<OpenId>, { deps, until }: Stretch) {
  let walk = current
  let came = 0
  do {
    const page = await withAccessToken(deps.accessTokens, token => deps.wechat.followerPage(token, walk?.next))
    // Queued before the checkpoint: a crash between asks again for who is linked already, and loses nobody.
    const fresh = page.openids.filter(openid => !known.has(openid))
    await queue('follow', fresh, { at: page.at, deps })
    came += fresh.length
    walk = advance(walk ?? begin(page, deps.now()), page)
    await deps.walks.savePage(walk, page.openids)
  } while (walk.next !== undefined && deps.now() < until)
  return { walk, came }
}

/**
 * The walk after one more page. It is over when as many were seen as WeChat ever named on the way, which spares the
 * call for an empty last page; a total that shrinks on the way proves nothing, so then that call is made.
 */
function advance(walk: Walk, page: FollowerPage): Walk {
  const followers = walk.followers + page.openids.length
  const total = Math.max(walk.total, page.total)
  const { id, startedAt, pages } = walk
  const hasNext = page.next !== undefined && followers < total
  return { id, startedAt, pages: pages + 1, followers, total, ...(hasNext ? { next: page.next } : {}) }
}

function begin(page: FollowerPage, now: number): Walk {
  return { id: `${page.at}-${now}`, startedAt: page.at, pages: 0, followers: 0, total: 0 }
}

/** Only a complete walk tells who left. */
async function finish(walk: Walk, known: Set<OpenId>, deps: SyncDeps): Promise<number> {
  const left = new Set(known)
  for await (const openids of deps.walks.openids(walk)) for (const openid of openids) left.delete(openid)
  // As of the start: who came back while the walk went on has a newer event, which this does not undo.
  await queue('unfollow', [...left], { at: walk.startedAt, deps })
  await deps.walks.complete(walk)
  return left.size
}

async function openidsOf(walk: Walk | undefined, walks: WalkStore): Promise<Set<OpenId>> {
  const known = new Set<OpenId>()
  if (walk === undefined) return known
  for await (const openids of walks.openids(walk)) for (const openid of openids) known.add(openid)
  return known
}

type How = { readonly at: number; readonly deps: SyncDeps }

function queue(change: FollowerNews['change'], openids: readonly OpenId[], { at, deps }: How): Promise<void> {
  const news = inRuns(openids, batchSize).map(some => ({ change, openids: some, at }) satisfies FollowerNews)
  return deps.followers.push(news)
}
