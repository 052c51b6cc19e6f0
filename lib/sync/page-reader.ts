/** Reads the pages of `user/get` one after the other, some of them before they are wanted. */

import type { OpenId } from '../identifiers.ts'
import { type ReadAhead, readAhead } from '../pool.ts'
import type { FollowerPage } from '../ports.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import type { RunOptions, SyncDeps } from './context.ts'
import { planFrom, type SyncPlan } from './plan.ts'
import type { SyncRun, SyncRuns } from './ports.ts'
import { advance, beginRun } from './sync-run.ts'

/** So many wait at most: what comes while it is read who of a million is linked. A crash wastes no more calls than that. */
const pagesAhead = 10

/** `isFollowed`: the page behind this one is read, too. */
export type ReadPage = { readonly page: FollowerPage; readonly isFollowed: boolean }
export type Refused = { readonly refused: SyncPlan }

/** A sync run that goes on or begins, unless today's quota is too small for it, and its pages from there. */
export type Opening = { readonly run: Promise<SyncRun | Refused>; readonly pages: ReadAhead<ReadPage> }

/** Reads from where a sync run stands, or begins one: its pages are read while it is read who is known. */
export function openList(runs: SyncRuns, options: RunOptions, deps: SyncDeps): Opening {
  const firstPage = readPage(runs.current?.next, deps)
  const run = firstPage.then(page => runs.current ?? begin(page, runs, options, deps))
  run.catch(() => undefined)
  return { run, pages: readAhead(pagesOf(firstPage, run, options, deps), pagesAhead) }
}

function readPage(after: OpenId | undefined, { accessTokens, wechat }: SyncDeps): Promise<FollowerPage> {
  return withAccessToken(accessTokens, token => wechat.followerPage(token, after))
}

async function begin(
  page: FollowerPage,
  { complete }: SyncRuns,
  { beganAt, spread, isEveryone }: RunOptions,
  deps: SyncDeps,
): Promise<SyncRun | Refused> {
  const plan = await planFrom(page, { linked: isEveryone ? 0 : (complete?.followers ?? 0), spent: 1 }, deps)
  return plan.fitsToday || spread ? beginRun(page, beganAt, isEveryone) : { refused: plan }
}

async function* pagesOf(
  firstPage: Promise<FollowerPage>,
  run: Opening['run'],
  { until }: RunOptions,
  deps: SyncDeps,
): AsyncGenerator<ReadPage, void> {
  let [page, place] = [await firstPage, await run]
  while (!('refused' in place)) {
    // As if nobody on it had been seen before: where somebody was, the list may go on behind what seems to be its end.
    place = advance(place, page, { fresh: page.openids.length, added: 0 })
    const isFollowed = place.next !== undefined && deps.now() < until
    yield { page, isFollowed }
    if (!isFollowed) return
    page = await readPage(place.next, deps)
  }
}
