/** The access tokens of one app: those of `token` and of `stable_token` are separate, and do not affect each other. */
import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'

const lifeMs = 7_200_000
/** How long an old and a new token are both valid, and how long before its end a stable token is renewed. */
const overlapMs = 300_000
const forceGapMs = 30_000
const forcesPerDay = 20
/** Expired tokens are remembered for their error code; the oldest are forgotten. */
const rememberedTokens = 2000

type Token = {
  kind: 'plain' | 'stable'
  text: string
  number: number
  issuedAt: number
  expiresAt: number
  endsAt: number
}

/** The tokens of an app, with the texts of the current ones. */
type SavedTokens = { issued: readonly Token[]; plain?: string; stable?: string }

/** The answer of a token endpoint. */
export type IssuedToken = { text: string; expiresInSeconds: number }

/** Why a token is refused, or that it is valid. */
type TokenState = 'good' | 'expired' | 'replaced' | 'unknown'

/** Token store of one app. */
export type Tokens = ReturnType<typeof createTokens>

/** Creates the token store of one app. */
export function createTokens(clock: Clock) {
  const { issue, revokeAll, stateOf, all, restore } = createIssuer(clock)
  const mayForce = createForceGuard(clock)
  let plain: Token | undefined
  let stable: Token | undefined

  function fetchStable(force: boolean): IssuedToken {
    if (force && mayForce()) {
      // No overlap is promised here: every older stable token is invalid at once.
      revokeAll('stable')
      stable = issue('stable')
    } else if (stable === undefined || stable.expiresAt - clock.now() <= overlapMs) {
      stable = issue('stable')
    }
    return answer(stable, clock)
  }

  const theft = createTheft(clock, all, () => {
    stable = undefined
  })

  return {
    /** GET token: a new token each time; the previous one stays valid for five minutes. */
    fetch: (): IssuedToken => {
      if (plain !== undefined) endBy(plain, clock.now() + overlapMs)
      plain = issue('plain')
      return answer(plain, clock)
    },
    fetchStable,
    stateOf,
    /** Which of the app's tokens it is, counted from 1. */
    numberOf: (text: string) => all().find(it => it.text === text)?.number,
    /** The latest tokens without their texts, the newest first. */
    latest: (limit: number) => {
      const latest = all().slice(-limit).reverse()
      return latest.map(({ text, expiresAt: _, ...token }) => ({ ...token, state: stateOf(text) }))
    },
    save: (): SavedTokens => ({
      issued: all().map(it => ({ ...it })),
      ...(plain === undefined ? {} : { plain: plain.text }),
      ...(stable === undefined ? {} : { stable: stable.text }),
    }),
    load: (saved: SavedTokens) => {
      restore(saved.issued)
      const named = (text: string | undefined) => all().find(it => it.text === text)
      plain = named(saved.plain)
      stable = named(saved.stable)
    },
    ...theft,
    /** Invalidates all tokens, as another system would; with `keepStable` the stable call returns the old one. */
    revoke: (keepStable: boolean) => {
      revokeAll('plain')
      revokeAll('stable')
      plain = undefined
      if (!keepStable) stable = undefined
    },
  }
}

function createIssuer(clock: Clock) {
  const issued = new Map<string, Token>()
  let counter = 0

  function issue(kind: Token['kind']): Token {
    const expiresAt = clock.now() + lifeMs
    // Real ones begin with a small number and an underscore and have about 140 characters.
    const text = `${60 + (clock.day() % 40)}_${randomBytes(102).toString('base64url')}`
    counter += 1
    const token = { kind, text, number: counter, issuedAt: clock.now(), expiresAt, endsAt: expiresAt }
    issued.set(text, token)
    for (const old of issued.keys()) {
      if (issued.size <= rememberedTokens) break
      issued.delete(old)
    }
    return token
  }

  function revokeAll(kind: Token['kind']): void {
    for (const token of issued.values()) if (token.kind === kind) endBy(token, clock.now())
  }

  function stateOf(text: string): TokenState {
    const token = issued.get(text)
    if (token === undefined) return 'unknown'
    if (clock.now() < token.endsAt) return 'good'
    return token.endsAt < token.expiresAt ? 'replaced' : 'expired'
  }

  const restore = (tokens: readonly Token[]) => {
    for (const token of tokens) {
      counter += 1
      issued.set(token.text, { ...token, number: counter })
    }
  }

  return { issue, revokeAll, stateOf, all: () => [...issued.values()], restore }
}

/** Another system fetches tokens of its own, which ends ours; `forget` makes the stable call issue a new one. */
function createTheft(clock: Clock, all: () => readonly Token[], forget: () => void) {
  let stolen: { token: Token; endsAt: number }[] = []
  return {
    /** Makes all tokens invalid; false if none is valid. */
    steal: (): boolean => {
      const valid = all().filter(({ endsAt }) => clock.now() < endsAt)
      if (valid.length === 0) return false
      stolen = valid.map(token => ({ token, endsAt: token.endsAt }))
      for (const token of valid) endBy(token, clock.now())
      forget()
      return true
    },
    giveBack: () => {
      for (const { token, endsAt } of stolen) token.endsAt = endsAt
      stolen = []
    },
    /** Whether tokens were stolen, and no new one was issued since. */
    isStolen: () => stolen.length > 0 && all().at(-1) === stolen.at(-1)?.token,
  }
}

/** Twenty forced calls a day, thirty seconds apart; any other counts as a normal call. */
function createForceGuard(clock: Clock): () => boolean {
  let day = 0
  let count = 0
  let last = Number.NEGATIVE_INFINITY
  return () => {
    if (day !== clock.day()) [day, count] = [clock.day(), 0]
    if (count >= forcesPerDay || clock.now() - last < forceGapMs) return false
    count += 1
    last = clock.now()
    return true
  }
}

function endBy(token: Token, instant: number): void {
  token.endsAt = Math.min(token.endsAt, instant)
}

function answer(token: Token, clock: Clock): IssuedToken {
  const expiresInSeconds = Math.max(0, Math.floor((token.expiresAt - clock.now()) / 1000))
  return { text: token.text, expiresInSeconds }
}
