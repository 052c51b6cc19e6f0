/** One process at a time asks WeChat for a token: the lease, and how the others wait for what it brings. */

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
  /** Names this process among those that want the lease. */
  readonly owner: string
  readonly log: AppLog
  readonly metrics: AppMetrics
}

/** Says of a token that it will not do. */
export type Stale = (token: StoredToken) => boolean

/** A token this close to its end is not used any more: WeChat's clock and ours may differ. */
const marginMs = 60_000
/** Longer than the slowest token call (10 s); a process killed with the lease delays the others by no more. */
const leaseMs = 15_000
const pollMs = 200

/** Gets a token that is not stale: another process's, if one renews meanwhile, or a new one under the lease. */
export async function renewUnderLease(deps: TokenDeps, isStale: Stale): Promise<StoredToken> {
  const giveUpAt = deps.now() + 2 * leaseMs
  for (;;) {
    // Never without a last look: a frozen process thaws long after that, and the token may have come meanwhile.
    const isLastLook = deps.now() > giveUpAt
    const token = (await storedToken(deps, isStale)) ?? (await issueUnderLease(deps, isStale))
    if (token !== undefined) return token
    if (isLastLook) break
    await deps.sleep(pollMs)
  }
  throw new TransportError('token', 'timeout', 'another process holds the lease and brought no token')
}

async function storedToken({ tokens, appid }: TokenDeps, isStale: Stale): Promise<StoredToken | undefined> {
  const stored = await tokens.read(appid)
  return stored === undefined || isStale(stored) ? undefined : stored
}

async function issueUnderLease(deps: TokenDeps, isStale: Stale): Promise<StoredToken | undefined> {
  const { appid, tokens, owner, now } = deps
  const until = now() + leaseMs
  if (!(await tokens.takeLease(appid, { owner, now: now(), until }))) return undefined
  try {
    return await issue(deps, isStale, until)
  } finally {
    // Harmless after a write, which frees the lease itself; needed after a failure.
    await tokens.freeLease(appid, owner)
  }
}

/** Under the lease: looks again, asks WeChat, writes. Undefined if the lease was lost before the token was written. */
async function issue(deps: TokenDeps, isStale: Stale, until: number): Promise<StoredToken | undefined> {
  const { appid, tokens, wechat, owner, now, log } = deps
  // Whoever held the lease before may have written between our read and our lease.
  const stored = await tokens.read(appid)
  if (stored !== undefined && !isStale(stored)) return stored
  const askedAt = now()
  // A process that was frozen with the lease is not the one to ask any more: another may be asking now.
  if (askedAt >= until) return undefined
  const { accessToken, expiresInSeconds } = await wechat.fetchAccessToken()
  const generation = (stored?.generation ?? 0) + 1
  const token = { accessToken, issuedAt: askedAt, expiresAt: askedAt + expiresInSeconds * 1000, generation }
  if (!(await tokens.write(appid, token, owner))) return undefined
  log.info('token.renewed', { generation, expiresInSeconds })
  deps.metrics.count('TokenRenewed')
  return token
}

/** Tells whether a token may still be used. */
export function isAlive(token: StoredToken, at: number): boolean {
  return token.expiresAt - marginMs > at
}
