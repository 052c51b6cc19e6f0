/**
 * The record of one follower on the way from WeChat to their row: each stage adds its fields.
 *
 * `sync-followers` takes an openid from a page of `user/get` and sends it through list, compare and queue (lib/sync/pages.ts;
 * who is missing at the end: lib/sync/end.ts). `link-followers` takes it, or one that an event names, through merge, ask,
 * load, decide, write and note (link-followers.ts).
 */

import type { OpenId } from '../identifiers.ts'
import type { FollowerNews } from './follower-news.ts'
import type { FollowerRow, FollowerSeen, StoredRow } from './link.ts'

/** list: a page names it that this sync run had not seen, or no page did and it was there before. */
export type Listed = { readonly openid: OpenId }

/** compare: with who is linked already, and with the erasure requests. */
export type Compared = Listed & {
  /** What is queued of them; undefined if nothing has changed. */
  readonly change: FollowerNews['change'] | undefined
  /** An erasure request of theirs stands, so no page may hold them. */
  readonly isErased: boolean
  /** They returned after their erasure request: nothing may hold them until they are linked. */
  readonly isReturned: boolean
}

/** queue: all that a message tells of them; and merge: all that the messages of a batch tell of one openid. */
export type Queued = Listed & {
  readonly change: FollowerNews['change']
  /** Seconds by WeChat's clock. */
  readonly at: number
  /** Their rows are to be put right as well: an earlier try may have written one of two, or everybody is looked up again. */
  readonly isAgain: boolean
}

/** ask: what WeChat says of who followed; who unfollowed needs no asking. */
export type Asked = Queued & { readonly seen: FollowerSeen }

/** load: what the tables know. */
export type Loaded = Asked & {
  readonly stored: StoredRow | undefined
  /** An erasure request of theirs stands. */
  readonly isErased: boolean
  /** When (seconds) they returned after one. */
  readonly returnedAt: number | undefined
}

/**
 * `write` that row; `keep` the stored one; `rejoin`: keep it, but put right what its unionid leads to; `ask-again`: WeChat's
 * answer cannot be ordered against the stored row; `skip`: there is no row, and none is made.
 */
export type Decision =
  | { readonly kind: 'write' | 'keep' | 'rejoin'; readonly row: FollowerRow }
  | { readonly kind: 'ask-again' }
  | { readonly kind: 'skip' }

export type Decided = Loaded & { readonly decision: Decision }

/** write: their row as it is now. Then note tells the next sync run. */
export type Written = Decided & { readonly row: FollowerRow }
