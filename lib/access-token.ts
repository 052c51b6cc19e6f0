/**
 * One access_token per app for all processes: memory, then the store, then WeChat under a lease.
 *
 * WeChat ends a token when another is issued, so only one process may ask for it at a time (CONTRACT.md section 3).
 */

import { TransportError, WeChatError } from './errors.ts'
import type { AppId } from './identifiers.ts'
import type { AccessToken, Log, Metrics, Now, StoredToken, TokenStore, WeChat } from './ports.ts'

export type TokenDeps = {
  readonly appid: AppId
  readonly wechat: Pick<WeChat, 'fetchAccessToken'>
  readonly tokens: TokenStore
  readonly now: Now
  readonly sleep: (ms: number) => Promise<void>
  /** Names this process among those that want the lease. */
  readonly owner: string
  readonly log: Log
  readonly metrics: Metrics
}

export type AccessTokenSource = {
  /** The present token: from memory, from the store, or newly issued. */
  get(): Promise<AccessToken>
  /** The same with the milliseconds it has to live. */
  present(): Promise<{ readonly accessToken: AccessToken; readonly lifeMs: number }>
  /** A token other than the one that WeChat rejected; asks WeChat only if the store has no other. */
  renew(rejected: AccessToken): Promise<AccessToken>
  /** Renews if the stored token has less than this to live; true if it did. */
  keepFresh(marginMs: number): Promise<boolean>
  /** Tells ops that WeChat rejects fresh tokens too, and answers the error to throw: no renewal will cure it. */
  refusedTwice(error: WeChatError): WeChatError
}

/** A token this close to its end is not used any more: WeChat's clock and ours may differ. */
const marginMs = 60_000
/** For so long a token in memory is trusted without a look into the store. */
const memoryMs = 60_000
/** Longer than the slowest token call (10 s); a process killed with the lease delays the others by no more. */
const leaseMs = 15_000
const pollMs = 200

/** Creates the source of one app's token; calls that come together share one round. */
export function createAccessTokenSource(deps: TokenDeps): AccessTokenSource {
  const { appid, tokens, now } = deps
  let memory: { token: StoredToken; readAt: number } | undefined
  let renewal: Promise<StoredToken> | undefined
  let reading: Promise<StoredToken> | undefined

  const remember = (token: StoredToken) => {
    memory = { token, readAt: now() }
    return token
  }
  const renewOnce = (isStale: Stale) => {
    renewal ??= renewUnderLease(deps, isStale)
      .then(remember)
      .finally(() => {
        renewal = undefined
      })
    return renewal
  }
  const read = async () => {
    const stored = await tokens.read(appid)
    return stored !== undefined && isAlive(stored, now()) ? remember(stored) : renewOnce(it => !isAlive(it, now()))
  }

  const present = async () => {
    if (memory !== undefined && isAlive(memory.token, now()) && now() < memory.readAt + memoryMs) return memory.token
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }

  return {
    async get() {
      return (await present()).accessToken
    },
    async present() {
      const { accessToken, expiresAt } = await present()
      return { accessToken, lifeMs: expiresAt - now() }
    },
    async renew(rejected) {
      const generation = memory?.token.accessToken === rejected ? memory.token.generation : 0
      const isStale: Stale = it =>
        it.generation <= generation || (generation === 0 && it.accessToken === rejected) || !isAlive(it, now())
      // Of many calls with the rejected token, the first one has brought the new token for all.
      if (memory !== undefined && !isStale(memory.token)) return memory.token.accessToken
      // A round under way may have begun for another reason and bring the very token that was rejected.
      const other = renewal === undefined ? undefined : await renewal
      return (other === undefined || isStale(other) ? await renewOnce(isStale) : other).accessToken
    },
    async keepFresh(freshMs) {
      const before = await tokens.read(appid)
      if (before !== undefined && before.expiresAt - now() > freshMs) return false
      const after = await renewOnce(it => it.expiresAt - now() <= freshMs && it.generation <= (before?.generation ?? 0))
      return after.generation > (before?.generation ?? 0)
    },
    refusedTwice: error => refusedTwice(error, deps),
  }
}

function refusedTwice({ api, errcode, rid }: WeChatError, { appid, log, metrics }: TokenDeps): WeChatError {
  const words = 'even with a fresh access_token: another system gets tokens for this appid'
  log.error('token.refused-twice', { appid, api, errcode, rid, words })
  metrics.count('TokenRefused', { appid })
  return new WeChatError(api, errcode, words, { class: 'config', rid })
}

/** Calls WeChat with the present token; if WeChat rejects it, renews it and repeats the call, once. */
export async function withAccessToken<T>(
  source: AccessTokenSource,
  call: (accessToken: AccessToken) => Promise<T>,
): Promise<T> {
  const accessToken = await source.get()
  try {
    return await call(accessToken)
  } catch (error) {
    if (!isTokenRejected(error)) throw error
    return callAgain(source, await source.renew(accessToken), call)
  }
}

async function callAgain<T>(
  source: AccessTokenSource,
  accessToken: AccessToken,
  call: (accessToken: AccessToken) => Promise<T>,
): Promise<T> {
  try {
    return await call(accessToken)
  } catch (error) {
    throw isTokenRejected(error) ? source.refusedTwice(error) : error
  }
}

/** Tells whether WeChat refused a call because of its token, not because of what was asked. */
function isTokenRejected(error: unknown): error is WeChatError {
  return error instanceof WeChatError && (error.class === 'token-invalid' || error.errcode === 41001)
}

type Stale = (token: StoredToken) => boolean

/** Gets a token that is not stale: another process's, if one renews meanwhile, or a new one under the lease. */
async function renewUnderLease(deps: TokenDeps, isStale: Stale): Promise<StoredToken> {
  const giveUpAt = deps.now() + 2 * leaseMs
  while (deps.now() <= giveUpAt) {
    const token = (await storedToken(deps, isStale)) ?? (await issueUnderLease(deps, isStale))
    if (token !== undefined) return token
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
  if (!(await tokens.takeLease(appid, { owner, now: now(), until: now() + leaseMs }))) return undefined
  try {
    return await issue(deps, isStale)
  } finally {
    // Harmless after a write, which frees the lease itself; needed after a failure.
    await tokens.freeLease(appid, owner)
  }
}

/** Under the lease: looks again, asks WeChat, writes. Undefined if the lease was lost before the token was written. */
async function issue(deps: TokenDeps, isStale: Stale): Promise<StoredToken | undefined> {
  const { appid, tokens, wechat, owner, now, log } = deps
  // Whoever held the lease before may have written between our read and our lease.
  const stored = await tokens.read(appid)
  if (stored !== undefined && !isStale(stored)) return stored
  const askedAt = now()
  const { accessToken, expiresInSeconds } = await wechat.fetchAccessToken()
  const generation = (stored?.generation ?? 0) + 1
  const token = { accessToken, expiresAt: askedAt + expiresInSeconds * 1000, generation }
  if (!(await tokens.write(appid, token, owner))) return undefined
  log.info('token.renewed', { appid, generation, expiresInSeconds })
  deps.metrics.count('TokenRenewed', { appid })
  return token
}

function isAlive(token: StoredToken, at: number): boolean {
  return token.expiresAt - marginMs > at
}
