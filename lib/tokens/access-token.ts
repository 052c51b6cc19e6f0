/**
 * One access_token per app for all processes: memory, then the store, then WeChat under a lease.
 *
 * WeChat ends a token when another is issued, so only one process may ask for it at a time
 * (docs/wechat.md 3.1).
 */

import { WeChatError } from '../errors.ts'
import type { AccessToken, Now } from '../ports.ts'
import { isAlive, renewUnderLease, type Stale, type TokenDeps } from './lease.ts'
import type { StoredToken } from './ports.ts'

export type AccessTokenSource = {
  /** The present token: from memory, from the store, or newly issued. */
  get(): Promise<AccessToken>
  /** The same with its generation and its end. */
  present(): Promise<StoredToken>
  /**
   * A token of a later generation than the one that WeChat rejected; asks WeChat only if the store has none. The
   * generation decides and not the text: the stable call may bring the same text again.
   */
  renew(rejected: Pick<StoredToken, 'generation'>): Promise<StoredToken>
  /** Renews if the stored token has less than this to live; true if it did. */
  keepFresh(marginMs: number): Promise<boolean>
  /** Whether WeChat has just rejected a fresh token too: then a renewal hints nothing, and none is made for a while. */
  isHopeless(): boolean
  /** Notes that WeChat rejected a fresh token too, tells ops, and answers the error to throw. */
  refusedTwice(error: WeChatError): WeChatError
  readonly now: Now
}

/** For so long a token in memory is trusted without a look into the store. */
const memoryMs = 60_000
/** So long after WeChat rejected a fresh token the next one is not even fetched. */
const hopelessMs = 30_000

/** Creates the source of one app's token; calls that come together share one round. */
export function createAccessTokenSource(deps: TokenDeps): AccessTokenSource {
  const { appid, tokens, now } = deps
  let memory: { token: StoredToken; readAt: number } | undefined
  let renewal: Promise<StoredToken> | undefined
  let reading: Promise<StoredToken> | undefined

  const remember = (token: StoredToken, before: typeof memory) => {
    // A late answer undoes nothing newer; but if nothing came in between, a lower generation is that of a new row.
    const isLate = memory !== before && (memory?.token.generation ?? 0) > token.generation
    if (memory === undefined || !isLate) memory = { token, readAt: now() }
    return memory.token
  }
  const renewOnce = async (isStale: Stale): Promise<StoredToken> => {
    // A round under way may have begun for another reason, and bring a token that will not do here.
    while (renewal !== undefined) {
      const other = await renewal
      if (!isStale(other)) return other
    }
    const before = memory
    renewal = renewUnderLease(deps, isStale)
      .then(token => remember(token, before))
      .finally(() => {
        renewal = undefined
      })
    return renewal
  }
  const read = async () => {
    const before = memory
    const stored = await tokens.read(appid)
    if (stored !== undefined && isAlive(stored, now())) return remember(stored, before)
    return renewOnce(it => !isAlive(it, now()))
  }

  const present = async () => {
    if (memory !== undefined && isAlive(memory.token, now()) && now() < memory.readAt + memoryMs) return memory.token
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }

  return {
    present,
    get: async () => (await present()).accessToken,
    async renew({ generation }) {
      const isStale: Stale = it => it.generation <= generation || !isAlive(it, now())
      // Of many calls with the rejected token, the first one has brought the new token for all.
      return memory !== undefined && !isStale(memory.token) ? memory.token : renewOnce(isStale)
    },
    async keepFresh(freshMs) {
      const before = await tokens.read(appid)
      if (before !== undefined && before.expiresAt - now() > freshMs) return false
      const after = await renewOnce(it => it.expiresAt - now() <= freshMs)
      return after.generation > (before?.generation ?? 0)
    },
    ...createHopelessness(deps),
  }
}

/** Remembers for a while that fresh tokens are rejected, and tells ops once. */
function createHopelessness({
  appid,
  now,
  log,
  metrics,
}: TokenDeps): Pick<AccessTokenSource, 'isHopeless' | 'refusedTwice' | 'now'> {
  const words = 'even with a fresh access_token: another system gets tokens for this appid'
  let hopelessUntil = 0
  return {
    now,
    isHopeless: () => now() < hopelessUntil,
    refusedTwice({ api, errcode, rid }) {
      if (now() >= hopelessUntil) {
        // Counted from the first one: however many calls come meanwhile, the next renewal is tried in time.
        hopelessUntil = now() + hopelessMs
        log.error('token.refused-twice', { appid, api, errcode, rid, words })
        metrics.count('TokenRefused')
      }
      return new WeChatError(api, errcode, words, { class: 'config', rid })
    },
  }
}
