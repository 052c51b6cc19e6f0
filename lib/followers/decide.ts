/** The decide stage: what is to be written of a follower. Nothing is asked, called or written here. */

import { isReadable, mergeFollower } from './link.ts'
import type { Decision, Loaded } from './stages.ts'

/** Decides on one follower, by what was seen and what is stored. */
export function decide({ openid, isAgain, seen, stored, isErased }: Loaded): Decision {
  if (isErased) return { kind: 'skip' }
  if (seen.isNobody && stored === undefined) {
    // Of one who is told of again an earlier try, killed since, may have asked while WeChat knew them, and its write be on
    // the way: a row of one who does not follow keeps it out, and expires in time.
    return isAgain ? { kind: 'write', row: { openid, following: false, at: seen.at } } : { kind: 'skip' }
  }
  const merged = mergeFollower(stored, seen)
  if (merged === 'ask') return { kind: 'ask-again' }
  if (merged !== 'unchanged') return { kind: 'write', row: merged }
  if (stored === undefined || !isReadable(stored)) return { kind: 'skip' }
  // As of now, for its unionid may lead to another openid of which something older is known.
  return isAgain
    ? { kind: 'rejoin', row: { ...stored, at: Math.max(stored.at, seen.at) } }
    : { kind: 'keep', row: stored }
}
