/** Writes what was seen of followers into the links, each only over what it was compared with. */

import type { OpenId } from '../identifiers.ts'
import { inParallel } from '../pool.ts'
import { type AskDeps, askFollowers } from './ask-followers.ts'
import { cameBack } from './came-back.ts'
import { type FollowerRow, type FollowerSeen, isReadable, mergeFollower, type StoredRow } from './link.ts'
import type { Erasures, LinkStore } from './ports.ts'

export type WriteDeps = AskDeps & {
  readonly links: Pick<LinkStore, 'followers' | 'writeFollower' | 'rejoin' | 'loginsOf'>
  readonly erasures: Pick<Erasures, 'marksOf' | 'unmark'>
}

const writesAtOnce = 20
/** How often a write may lose against another process before its message comes again. */
const maxTries = 5

/**
 * Whether each whose news are worked in follows, as their row says now. `unwritten` could not be written, so their news
 * must come again; who wished to be forgotten is in neither.
 */
export type Written = {
  readonly written: readonly Pick<FollowerRow, 'openid' | 'following'>[]
  readonly unwritten: ReadonlySet<OpenId>
}

/** Writes up to 100; of those in `again` an earlier try may have written one row of two, or one stands wrong. */
export async function writeFollowers(
  seen: readonly FollowerSeen[],
  again: ReadonlySet<OpenId>,
  deps: WriteDeps,
): Promise<Written> {
  const unwritten = new Map<OpenId, unknown>()
  const stored = await deps.links.followers(seen.map(it => it.openid))
  const known = seen.flatMap(it => (it.isNobody && !stored.has(it.openid) ? ofStranger(it, again) : [it]))
  const wanted = await withoutErased(known, stored, deps)
  const unchanged = unchangedOf(wanted, again, stored)
  const others = await rejoin(unchanged, unwritten, deps)
  const written: FollowerRow[] = []
  await inParallel(wanted, writesAtOnce, async it => {
    try {
      const before = stored.get(it.openid)
      const row = await writeOne(others.get(it.openid) ?? mergeFollower(before, it), { seen: it, before }, deps)
      if (row === 'lost') unwritten.set(it.openid, 'lost against others')
      else if (row !== undefined) written.push(row)
    } catch (error) {
      unwritten.set(it.openid, error)
    }
  })
  await rejoin(movedOf(written, again, unchanged), unwritten, deps)
  const [error] = unwritten.values()
  if (error !== undefined) deps.log.error('link-followers.unwritten', { openids: unwritten.size, error })
  return { written: written.filter(it => !unwritten.has(it.openid)), unwritten: new Set(unwritten.keys()) }
}

/**
 * Whom WeChat does not know and no row names makes none; but of one who is told of again an earlier try, killed since, may
 * have asked while WeChat knew them, and its write be on the way: a row of one who left keeps it out, and expires in time.
 */
function ofStranger({ openid, at }: FollowerSeen, again: ReadonlySet<OpenId>): FollowerSeen[] {
  return again.has(openid) ? [{ openid, following: false, at }] : []
}

/** Of those in `again` an earlier try may have been cut short before it let go of the unionid of before. */
function movedOf(
  written: readonly FollowerRow[],
  again: ReadonlySet<OpenId>,
  rejoined: readonly FollowerRow[],
): FollowerRow[] {
  const done = new Set(rejoined.map(it => it.openid))
  return written.filter(it => again.has(it.openid) && it.formerly !== undefined && !done.has(it.openid))
}

type Compared = { readonly seen: FollowerSeen; readonly before: StoredRow | undefined }

/** Answers the row as it is then; undefined if there is none. */
async function writeOne(
  row: ReturnType<typeof mergeFollower>,
  { seen, before }: Compared,
  deps: WriteDeps,
): Promise<FollowerRow | 'lost' | undefined> {
  if (row === 'unchanged') return before !== undefined && isReadable(before) ? before : undefined
  const isWritten = row !== 'ask' && (await deps.links.writeFollower(row, before))
  return isWritten ? row : writeAgain(seen, deps)
}

/** The rows of those in `again` of whom nothing new was seen, as of now. */
function unchangedOf(
  seen: readonly FollowerSeen[],
  again: ReadonlySet<OpenId>,
  stored: ReadonlyMap<OpenId, StoredRow>,
): FollowerRow[] {
  return seen.flatMap(it => {
    const row = stored.get(it.openid)
    if (row === undefined || !isReadable(row) || !again.has(it.openid)) return []
    return mergeFollower(row, it) === 'unchanged' ? { ...row, at: Math.max(row.at, it.at) } : []
  })
}

/** Answers the rows to be written, for what their unionid leads to is another openid: as of now they are the newer ones. */
async function rejoin(
  rows: readonly FollowerRow[],
  unwritten: Map<OpenId, unknown>,
  { links }: WriteDeps,
): Promise<ReadonlyMap<OpenId, FollowerRow>> {
  if (rows.length === 0) return new Map()
  try {
    const others = await links.rejoin(rows)
    return new Map(rows.filter(it => it.following && others.has(it.openid)).map(it => [it.openid, it]))
  } catch (error) {
    for (const { openid } of rows) unwritten.set(openid, error)
    return new Map()
  }
}

/** Who wished to be forgotten stays so, until they come back. Only who has no row can be one of them. */
async function withoutErased(
  seen: readonly FollowerSeen[],
  stored: ReadonlyMap<OpenId, StoredRow>,
  { erasures, links }: WriteDeps,
): Promise<readonly FollowerSeen[]> {
  const fresh = seen.filter(it => !stored.has(it.openid)).map(it => it.openid)
  const marks = fresh.length === 0 ? new Map<OpenId, number>() : await erasures.marksOf(fresh)
  if (marks.size === 0) return seen
  const back = await cameBack(seen, marks, { links })
  await inParallel([...back], writesAtOnce, ([openid, at]) => erasures.unmark(openid, at))
  return seen.filter(it => !marks.has(it.openid) || back.has(it.openid))
}

/** Two events of one second, or two processes at one follower: asks WeChat once more and writes that answer. */
async function writeAgain(told: FollowerSeen, deps: WriteDeps): Promise<FollowerRow | 'lost' | undefined> {
  const { openid } = told
  for (let tries = 0; tries < maxTries; tries++) {
    const stored = (await deps.links.followers([openid])).get(openid)
    const answer = (await askFollowers([openid], deps)).get(openid)
    if (answer === undefined) return 'lost'
    const seen = answer === 'nobody' ? { ...told, following: false, isNobody: true } : answer
    const row = confirmedRow(stored, seen, told.at)
    if (row === undefined || (await deps.links.writeFollower(row, stored))) return row
  }
  return 'lost'
}

/** What to write now that WeChat was asked after the row was read; nothing of whom it does not know and no row follows. */
function confirmedRow(stored: StoredRow | undefined, seen: FollowerSeen, toldAt: number): FollowerRow | undefined {
  const before = stored !== undefined && isReadable(stored) ? stored : undefined
  const at = Math.max(seen.at, toldAt, before?.at ?? 0)
  const merged = mergeFollower(stored, { ...seen, at, confirmed: true })
  if (typeof merged !== 'string') return merged
  return before === undefined || seen.isNobody ? undefined : { ...before, at }
}
