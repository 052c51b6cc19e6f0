/** The load stage: what is stored of a batch, and whether an erasure request of theirs stands. */

import type { OpenId } from '../identifiers.ts'
import type { LinkDeps } from './deps.ts'
import { returnedAmong } from './returned.ts'
import type { Asked, Loaded } from './stages.ts'

/** Loads up to 100. Who has an erasure request stays erased until they return; only who has no row can be one of them. */
export async function load(batch: readonly Asked[], { links, erasures }: LinkDeps): Promise<readonly Loaded[]> {
  const stored = await links.followers(batch.map(it => it.openid))
  const fresh = batch.filter(it => !stored.has(it.openid) && (it.isAgain || !it.seen.isNobody)).map(it => it.openid)
  const marks = fresh.length === 0 ? new Map<OpenId, number>() : await erasures.marksOf(fresh)
  const seen = batch.map(it => it.seen)
  const returned = marks.size === 0 ? new Map<OpenId, number>() : await returnedAmong(seen, marks, links)
  return batch.map(it => ({
    ...it,
    stored: stored.get(it.openid),
    isErased: marks.has(it.openid) && !returned.has(it.openid),
    returnedAt: returned.get(it.openid),
  }))
}
