/** The outside interfaces of the login: a store of recent login codes. */

import type { Reach } from '../followers/link.ts'
import type { Identity } from '../ports.ts'

/** The result of exchanging a wx.login code; `issuedAt` in seconds. */
export type LoginResult =
  | { readonly kind: 'identity'; readonly identity: Identity; readonly issuedAt: number; readonly reach: Reach }
  | { readonly kind: 'refused'; readonly errcode: number; readonly rid?: string }

export type LoginClaim = { readonly kind: 'mine' } | { readonly kind: 'theirs'; readonly result?: string }

/** Stores login codes that may be sent again, by their hash; only the code itself decrypts its result. */
export type LoginStore = {
  /** Claims the code atomically until `until` (ms), unless it has a result or another owner's claim is valid. */
  claim(codeHash: string, claim: { owner: string; now: number; until: number; expiresAt: number }): Promise<LoginClaim>
  /** Writes the result if this owner still holds the claim; a late writer must not overwrite its successor's result. */
  finish(codeHash: string, owner: string, result: string): Promise<void>
  /** Releases the claim if this owner still holds it and there is no result, so that the next try may call WeChat. */
  release(codeHash: string, owner: string): Promise<void>
}
