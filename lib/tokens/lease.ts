/** The lease that lets one process at a time ask WeChat for a token, and how the others wait for the new token. */

import { TransportError } from '../errors.ts'
import type { AppId } from '../identifiers.ts'
import type { AppLog, AppMetrics, Now, WeChat } from '../ports.ts'
import type { StoredToken, TokenStore } from './ports.ts'

export type TokenDeps = {
  readonly appid: AppId
  readonly wechat: Pick<WeChat, 'fetchAccessToken'>
  readonly tokens: TokenStore
  readonly now: Now
  readonly sleep: (ms: number) => Promise<void>
  /** The time (ms) that the invocation has left; infinite if absent. */
  readonly remainingMs?: () => number
  /** Identifies this process among those that compete for the lease. */
  readonly owner: string
  readonly log: AppLog
  readonly metrics: AppMetrics
}

/** Returns whether a token cannot be used. */
export type Stale = (token: StoredToken) => boolean

/** A token is not used this close to its expiry, because WeChat's clock and ours may differ. */
const marginMs = 60_000
/**
 * Longer than the slowest token call (10 s); a second one, with another appsecret, ends with the lease. If the lease holder is
 * killed, the others wait this long at most.
 */
const leaseMs = 15_000
const pollMs = 200
/** So long before its end an invocation stops waiting: what waits for the token is then put back into its queue, or answered. */
const spareMs = 2_000

/** What a process needs instead of its token; `isForced` where WeChat refuses the one that it returns. */
export type Wanted = { readonly isStale: Stale; readonly isForced?: boolean }

/** Returns such a token: one that another process has renewed, or a new one, fetched under the lease. */
export async function renewUnderLease(deps: TokenDeps, wanted: Wanted): Promise<StoredToken> {
  const { remainingMs = () => Number.POSITIVE_INFINITY } = deps
  const giveUpAt = deps.now() + 2 * leaseMs
  for (;;) {
    // Check once more after the time limit: if this process was frozen, the token may have arrived meanwhile.
    const isLastTry = deps.now() > giveUpAt || remainingMs() < spareMs
    const token = (await storedToken(deps, wanted)) ?? (await issueUnderLease(deps, wanted))
    if (token !== undefined) return token
    if (isLastTry) break
    await deps.sleep(pollMs)
  }
  throw new TransportError('token', 'timeout', 'another process holds the lease and wrote no token')
}

async function storedToken({ tokens, appid }: TokenDeps, { isStale }: Wanted): Promise<StoredToken | undefined> {
  const stored = await tokens.read(appid)
  return stored === undefined || isStale(stored) ? undefined : stored
}

async function issueUnderLease(deps: TokenDeps, wanted: Wanted): Promise<StoredToken | undefined> {
  const { appid, tokens, owner, now } = deps
  const until = now() + leaseMs
  if (!(await tokens.takeLease(appid, { owner, now: now(), until }))) return undefined
  try {
    return await issue(deps, wanted, until)
  } finally {
    // A successful write has already freed the lease; this frees it after a failure.
    await tokens.freeLease(appid, owner)
  }
}

/** Under the lease: reads again, asks WeChat, writes. Returns undefined if the lease was lost before the write. */
async function issue(
  deps: TokenDeps,
  { isStale, isForced = false }: Wanted,
  until: number,
): Promise<StoredToken | undefined> {
  const { appid, tokens, wechat, owner, now, log } = deps
  // The previous lease holder may have written a token after we read the store.
  const stored = await tokens.read(appid)
  if (stored !== undefined && !isStale(stored)) return stored
  const askedAt = now()
  // This process may have been frozen past its lease; another may be asking WeChat now.
  if (askedAt >= until) return undefined
  const how = { leftMs: () => until - now(), isForced }
  const { accessToken, expiresInSeconds } = await wechat.fetchAccessToken(how)
  const generation = (stored?.generation ?? 0) + 1
  const token = { accessToken, issuedAt: askedAt, expiresAt: askedAt + expiresInSeconds * 1000, generation }
  if (!(await tokens.write(appid, token, owner))) return undefined
  log.info('token.renewed', { generation, expiresInSeconds, ...(isForced ? { isForced } : {}) })
  deps.metrics.count('TokenRenewed')
  return token
}

/** Returns whether a token may still be used. */
export function isAlive(token: StoredToken, at: number): boolean {
  return token.expiresAt - marginMs > at
}
