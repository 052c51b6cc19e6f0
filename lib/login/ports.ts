/** What the login needs of the outside: a memory of the codes that may come again. */

import type { Reach } from '../followers/link.ts'
import type { Identity } from '../ports.ts'

/** What the exchange of a wx.login code came to; `issuedAt` in seconds. */
export type LoginResult =
  | { readonly kind: 'identity'; readonly identity: Identity; readonly issuedAt: number; readonly reach: Reach }
  | { readonly kind: 'refused'; readonly errcode: number; readonly rid?: string }

export type LoginClaim = { readonly kind: 'mine' } | { readonly kind: 'theirs'; readonly result?: string }

/** Remembers each login code while it may come again, by its hash, with a result that only the code itself opens. */
export type LoginStore = {
  /** Claims the code atomically for its owner until `until` (ms), unless it has a result or another owner's claim runs. */
  claim(codeHash: string, claim: { owner: string; now: number; until: number; expiresAt: number }): Promise<LoginClaim>
  /** Writes the result, if the claim still is this owner's: whoever comes too late leaves a successor's result alone. */
  finish(codeHash: string, owner: string, result: string): Promise<void>
  /** Gives the claim back, if it still is this owner's and without a result, so that the next try may call WeChat. */
  release(codeHash: string, owner: string): Promise<void>
}
