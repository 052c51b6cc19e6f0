/** The list stage: whom a page names that was not seen before. */

import type { Listed } from '../followers/stages.ts'
import type { FollowerPage } from '../ports.ts'
import type { SyncContext } from './context.ts'

/** A whole page of people who were seen before: WeChat's cursors go in a circle, and the list would never end. */
export class CircleError extends Error {
  override readonly name = 'CircleError'
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
