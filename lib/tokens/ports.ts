/** What access tokens need of the outside: a store of one token for each app, and the lease to renew it. */

import type { AppId } from '../identifiers.ts'
import type { AccessToken } from '../ports.ts'

/** `generation` grows by one with every token written; the instants are in milliseconds by our clock. */
export type StoredToken = {
  readonly accessToken: AccessToken
  /** When WeChat was asked for it. */
  readonly issuedAt: number
  readonly expiresAt: number
  readonly generation: number
}

/** Holds one token per app, and the lease that lets one process at a time renew it. Reads see the last write. */
export type TokenStore = {
  read(appid: AppId): Promise<StoredToken | undefined>
  /** Takes the lease atomically; false while another owner's lease runs. */
  takeLease(appid: AppId, lease: { owner: string; now: number; until: number }): Promise<boolean>
  /** Writes the token and frees the lease, atomically; false, and nothing written, if the lease was lost meanwhile. */
  write(appid: AppId, token: StoredToken, owner: string): Promise<boolean>
  /** Frees the lease if it is still the owner's. */
  freeLease(appid: AppId, owner: string): Promise<void>
}
