/**
 * One access_token per app, shared by all processes: from memory, then the store, then WeChat under a lease.
 *
 * WeChat invalidates a token when it issues another, so only one process may ask at a time (docs/wechat.md 3.1).
 */

import { WeChatError } from '../errors.ts'
import type { AccessToken, Now } from '../ports.ts'
import { isAlive, renewUnderLease, type Stale, type TokenDeps, type Wanted } from './lease.ts'
import type { StoredToken } from './ports.ts'

export type AccessTokenSource = {
  /** The current token: from memory, from the store, or newly issued. */
  get(): Promise<AccessToken>
  /** The same, with its generation and expiry. */
  present(): Promise<StoredToken>
  /** The same as the store has it now, whatever is in memory: another process may have renewed it a moment ago. */
  stored(): Promise<StoredToken>
  /**
   * Returns a token of a later generation than the rejected one; asks WeChat only if the store has none. Generations
   * are compared, not token texts: the stable call may return the same text again. `isForced` has WeChat issue another one
   * than it has, which it does every 30 s at most and 20 times a day (docs/wechat.md 3.2).
   */
  renew(rejected: Pick<StoredToken, 'generation'>, isForced?: boolean): Promise<StoredToken>
  /** Renews the token if the stored one expires within `marginMs`; returns whether it did. */
  keepFresh(marginMs: number): Promise<boolean>
  /** Whether WeChat has recently rejected a fresh token: then a renewal would not help. */
  isRejectingFresh(): boolean
  /** Records that WeChat rejected a fresh token, alerts operators, and returns the error to throw. */
  freshRejected(error: WeChatError): WeChatError
  readonly now: Now
}

/** How long a token in memory is used without reading the store. */
const memoryMs = 60_000
/** How long after WeChat rejected a fresh token no renewal is tried. */
const rejectionMs = 30_000

/** Creates the source of one app's token. Concurrent calls share one read or renewal. */
export function createAccessTokenSource(deps: TokenDeps): AccessTokenSource {
  const { appid, tokens, now } = deps
  let memory: { token: StoredToken; readAt: number } | undefined
  let renewal: Promise<StoredToken> | undefined
  let reading: Promise<StoredToken> | undefined

  const remember = (token: StoredToken, before: typeof memory) => {
    // A slow renewal must not replace a newer token; if memory did not change, a lower generation is a new row's.
    const isLate = memory !== before && (memory?.token.generation ?? 0) > token.generation
    if (memory === undefined || !isLate) memory = { token, readAt: now() }
    return memory.token
  }
  const renewOnce = async (wanted: Wanted): Promise<StoredToken> => {
    // A renewal in progress may have started for another reason and return a token that is stale for this caller.
    while (renewal !== undefined) {
      const other = await renewal
      if (!wanted.isStale(other)) return other
    }
    const before = memory
    renewal = renewUnderLease(deps, wanted)
      .then(token => remember(token, before))
      .finally(() => {
        renewal = undefined
      })
    return renewal
  }
  const stored = async () => {
    const before = memory
    const token = await tokens.read(appid)
    if (token !== undefined && isAlive(token, now())) return remember(token, before)
    return renewOnce({ isStale: it => !isAlive(it, now()) })
  }

  const present = async () => {
    if (memory !== undefined && isAlive(memory.token, now()) && now() < memory.readAt + memoryMs) return memory.token
    reading ??= stored().finally(() => {
      reading = undefined
    })
    return reading
  }

  return {
    ...{ present, stored },
    get: async () => (await present()).accessToken,
    async renew({ generation }, isForced = false) {
      const isStale: Stale = token => token.generation <= generation || !isAlive(token, now())
      // Another call with the same rejected token may already have renewed it.
      return memory !== undefined && !isStale(memory.token) ? memory.token : renewOnce({ isStale, isForced })
    },
    async keepFresh(marginMs) {
      const before = await tokens.read(appid)
      if (before !== undefined && before.expiresAt - now() > marginMs) return false
      const after = await renewOnce({ isStale: token => token.expiresAt - now() <= marginMs })
      return after.generation > (before?.generation ?? 0)
    },
    ...createRejectionMemory(deps),
  }
}

/** Remembers for a while that fresh tokens are rejected, and alerts operators once. */
function createRejectionMemory({
  appid,
  now,
  log,
  metrics,
}: TokenDeps): Pick<AccessTokenSource, 'isRejectingFresh' | 'freshRejected' | 'now'> {
  const words = 'even with a fresh access_token: another system gets tokens for this appid'
  let rejectedUntil = 0
  return {
    now,
    isRejectingFresh: () => now() < rejectedUntil,
    freshRejected({ api, errcode, rid }) {
      if (now() >= rejectedUntil) {
        // Not extended by later rejections, so that the next renewal is tried in time.
        rejectedUntil = now() + rejectionMs
        log.error('token.refused-twice', { appid, api, errcode, rid, words })
        metrics.count('TokenRefused')
      }
      return new WeChatError(api, errcode, words, { class: 'config', rid })
    },
  }
}
