/** Writes what was seen of followers into the links, each only over what it was compared with. */

import { type AskDeps, askFollowers } from './ask-followers.ts'
import type { OpenId } from './identifiers.ts'
import { type FollowerRow, type FollowerSeen, mergeFollower } from './link.ts'
import { inParallel } from './pool.ts'
import type { Erasures, LinkStore } from './ports.ts'

export type WriteDeps = AskDeps & {
  readonly links: Pick<LinkStore, 'followers' | 'writeFollower' | 'rejoin'>
  readonly erasures: Pick<Erasures, 'marksOf' | 'unmark'>
}

const writesAtOnce = 20
/** How often a write may lose against another process before its message comes again. */
const maxTries = 5

/** `unwritten` could not be written, so their news must come again; who wished to be forgotten is in neither. */
export type Written = { readonly written: readonly FollowerSeen[]; readonly unwritten: ReadonlySet<OpenId> }

/** Writes up to 100; of those in `again` an earlier try may have written one row of two. */
export async function writeFollowers(
  seen: readonly FollowerSeen[],
  again: ReadonlySet<OpenId>,
  deps: WriteDeps,
): Promise<Written> {
  const unwritten = new Set<OpenId>()
  const stored = await deps.links.followers(seen.map(it => it.openid))
  const wanted = await withoutErased(seen, stored, deps)
  await inParallel(wanted, writesAtOnce, async it => {
    const before = stored.get(it.openid)
    const row = mergeFollower(before, it)
    if (row === 'unchanged') return before && again.has(it.openid) ? deps.links.rejoin(before) : undefined
    const isWritten = row !== 'ask' && (await deps.links.writeFollower(row, before))
    if (!isWritten && !(await writeAgain(it, deps))) unwritten.add(it.openid)
  })
  return { written: wanted.filter(it => !unwritten.has(it.openid)), unwritten }
}

/** Who wished to be forgotten stays so, until they follow again. Only who has no row can be one of them. */
async function withoutErased(
  seen: readonly FollowerSeen[],
  stored: ReadonlyMap<OpenId, FollowerRow>,
  { erasures }: WriteDeps,
): Promise<readonly FollowerSeen[]> {
  const fresh = seen.filter(it => !stored.has(it.openid)).map(it => it.openid)
  const marks = fresh.length === 0 ? new Map<OpenId, number>() : await erasures.marksOf(fresh)
  if (marks.size === 0) return seen
  const cameAgain = (it: FollowerSeen) => it.following && (it.followedAt ?? 0) > (marks.get(it.openid) ?? 0)
  const back = seen.filter(it => marks.has(it.openid) && cameAgain(it))
  await inParallel(back, writesAtOnce, it => erasures.unmark(it.openid, it.followedAt ?? 0))
  return seen.filter(it => !marks.has(it.openid) || cameAgain(it))
}

/** Two events of one second, or two processes at one follower: asks WeChat once more and writes that answer. */
async function writeAgain({ openid, at: toldAt }: FollowerSeen, deps: WriteDeps): Promise<boolean> {
  for (let tries = 0; tries < maxTries; tries++) {
    const stored = (await deps.links.followers([openid])).get(openid)
    const answer = (await askFollowers([openid], deps)).get(openid)
    if (typeof answer !== 'object') return answer === 'nobody'
    const at = Math.max(answer.at, toldAt, stored?.at ?? 0)
    const merged = mergeFollower(stored, { ...answer, at, confirmed: true })
    const row = typeof merged === 'string' && stored !== undefined ? { ...stored, at } : merged
    if (typeof row !== 'string' && (await deps.links.writeFollower(row, stored))) return true
  }
  return false
}
