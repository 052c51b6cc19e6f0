/** The list stage: the pages of `user/get`, and whom each names that was not seen before. */

import type { Listed } from '../followers/stages.ts'
import type { OpenId } from '../identifiers.ts'
import type { FollowerPage } from '../ports.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import type { SyncContext, SyncDeps } from './context.ts'

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

/** Lists whom a page names that were not seen before; throws where it names nobody else. */
export function list(page: FollowerPage, { seen, deps }: SyncContext): readonly Listed[] {
  // The set forgets nobody, so it is filled only here, where the page is taken for good.
  const fresh = page.openids.filter(it => seen.add(it))
  if (page.odd > 0) deps.log.warn('sync-followers.odd', { words: 'entries that are no openids', entries: page.odd })
  if (fresh.length === 0 && page.openids.length > 0)
    throw new CircleError('the list does not end, its cursors go in a circle')
  return fresh.map(openid => ({ openid }))
}
