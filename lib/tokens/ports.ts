/** The outside interfaces of the access-token code: a store with one token per app, and the lease to renew it. */

import type { AppId } from '../identifiers.ts'
import type { AccessToken } from '../ports.ts'

/** `generation` increases by one with every token written; times are in milliseconds by our clock. */
export type StoredToken = {
  readonly accessToken: AccessToken
  /** When the token was requested from WeChat. */
  readonly issuedAt: number
  readonly expiresAt: number
  readonly generation: number
}

/** Stores one token per app and the lease that lets one process at a time renew it. Reads are strongly consistent. */
export type TokenStore = {
  read(appid: AppId): Promise<StoredToken | undefined>
  /** Takes the lease atomically; returns false while another owner's lease is valid. */
  takeLease(appid: AppId, lease: { owner: string; now: number; until: number }): Promise<boolean>
  /** Writes the token and frees the lease atomically; returns false, and writes nothing, if the lease was lost. */
  write(appid: AppId, token: StoredToken, owner: string): Promise<boolean>
  /** Frees the lease if this owner still holds it. */
  freeLease(appid: AppId, owner: string): Promise<void>
}
