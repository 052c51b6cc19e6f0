/** The write stage: writes what was decided of followers into the links, each only over what it was compared with. */

import type { OpenId } from '../identifiers.ts'
import { inParallel } from '../pool.ts'
import { askFollowers } from './ask-followers.ts'
import type { LinkDeps } from './deps.ts'
import { type FollowerRow, type FollowerSeen, isReadable, mergeFollower, type StoredRow } from './link.ts'
import type { Decided, Written } from './stages.ts'

const writesAtOnce = 20
/** How often a write may lose against another process before its message comes again. */
const maxTries = 5

/** `unwritten` could not be written, so they must come again; of whom there is no row is in neither. */
export type WriteResult = { readonly written: readonly Written[]; readonly unwritten: ReadonlySet<OpenId> }

/** Writes up to 100 followers, and puts right what their unionids lead to. */
export async function writeFollowers(batch: readonly Decided[], deps: LinkDeps): Promise<WriteResult> {
  const unwritten = new Map<OpenId, unknown>()
  const written: Written[] = []
  await inParallel(batch, writesAtOnce, async ({ openid, returnedAt }) => {
    if (returnedAt !== undefined) await deps.erasures.unmark(openid, returnedAt)
  })
  const kept = batch.flatMap(({ decision }) => (decision.kind === 'rejoin' ? decision.row : []))
  const elsewhere = await rejoin(kept, unwritten, deps)
  await inParallel(batch, writesAtOnce, async follower => {
    try {
      const row = await writeOne(follower, elsewhere.has(follower.openid), deps)
      if (row === 'lost') unwritten.set(follower.openid, 'lost against others')
      else if (row !== undefined) written.push({ ...follower, row })
    } catch (error) {
      unwritten.set(follower.openid, error)
    }
  })
  await rejoin(movedAmong(written), unwritten, deps)
  const [error] = unwritten.values()
  if (error !== undefined) deps.log.error('link-followers.unwritten', { openids: unwritten.size, error })
  return { written: written.filter(it => !unwritten.has(it.openid)), unwritten: new Set(unwritten.keys()) }
}

/** An earlier try may have been cut short before it let go of the unionid of before. */
function movedAmong(written: readonly Written[]): FollowerRow[] {
  const moved = written.filter(it => it.isAgain && it.decision.kind !== 'rejoin' && it.row.formerly !== undefined)
  return moved.map(it => it.row)
}

/** Answers whose rows are to be written, for their unionid leads to another openid: as of now they are the newer ones. */
async function rejoin(
  rows: readonly FollowerRow[],
  unwritten: Map<OpenId, unknown>,
  { links }: LinkDeps,
): Promise<ReadonlySet<OpenId>> {
  if (rows.length === 0) return new Set()
  try {
    const others = await links.rejoin(rows)
    return new Set(rows.filter(it => it.following && others.has(it.openid)).map(it => it.openid))
  } catch (error) {
    for (const { openid } of rows) unwritten.set(openid, error)
    return new Set()
  }
}

/** The row as it is then; undefined if there is none. */
type Outcome = FollowerRow | 'lost' | undefined

async function writeOne(follower: Decided, isElsewhere: boolean, deps: LinkDeps): Promise<Outcome> {
  const { decision, seen, stored } = follower
  if (decision.kind === 'skip') return undefined
  if (decision.kind === 'ask-again') return writeAgain(seen, deps)
  const { kind, row } = decision
  if (kind !== 'write' && !isElsewhere) return row
  return (await deps.links.writeFollower(row, stored)) ? row : writeAgain(seen, deps)
}

/** Two events of one second, or two processes at one follower: asks WeChat once more and writes that answer. */
async function writeAgain(before: FollowerSeen, deps: LinkDeps): Promise<Outcome> {
  const { openid } = before
  for (let tries = 0; tries < maxTries; tries++) {
    const stored = (await deps.links.followers([openid])).get(openid)
    const answer = (await askFollowers([openid], deps)).get(openid)
    if (answer === undefined) return 'lost'
    const seen = answer === 'nobody' ? { ...before, following: false, isNobody: true } : answer
    const row = confirmedRow(stored, seen, before.at)
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
