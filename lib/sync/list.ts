/** The list stage: the pages of `user/get`, and whom each names that was not seen before. */

import type { Listed } from '../followers/stages.ts'
import type { OpenId } from '../identifiers.ts'
import type { FollowerPage } from '../ports.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import type { SyncContext, SyncDeps } from './context.ts'
import { askQuotas, type Quotas } from './plan.ts'
import type { SyncRuns } from './ports.ts'

/** A whole page of people who were seen before: WeChat's cursors go in a circle, and the list would never end. */
export class CircleError extends Error {
  override readonly name = 'CircleError'
}

/** Fetched while something else is worked on; a failure is thrown where the page is awaited. */
export function prefetch(after: OpenId | undefined, { accessTokens, wechat }: SyncDeps): Promise<FollowerPage> {
  const fetching = withAccessToken(accessTokens, token => wechat.followerPage(token, after))
  fetching.catch(() => undefined)
  return fetching
}

/** What the first page takes: it is asked for while it is read who is known. */
export type Opening = {
  readonly page: Promise<FollowerPage>
  /** Of a sync run that begins; one that goes on was planned before. */
  readonly quotas: Promise<Quotas>
}

/** Asks for the page where a sync run goes on, or begins. */
export function openList({ current }: SyncRuns, deps: SyncDeps): Opening {
  const page = prefetch(current?.next, deps)
  // Not before the page has come, which is one call of the quota.
  const quotas = page.then(() => (current === undefined ? askQuotas(deps) : {}))
  quotas.catch(() => undefined)
  return { page, quotas }
}

/** Lists whom a page names that were not seen before; throws where it names nobody else. */
export function list(page: FollowerPage, { roll, deps }: SyncContext): readonly Listed[] {
  // The roll forgets nobody, so they are entered only here, where the page is taken for good.
  const fresh = roll.see(page.openids)
  if (page.odd > 0) deps.log.warn('sync-followers.odd', { words: 'entries that are no openids', entries: page.odd })
  if (fresh.length === 0 && page.openids.length > 0)
    throw new CircleError('the list does not end, its cursors go in a circle')
  return fresh.map(openid => ({ openid }))
}
