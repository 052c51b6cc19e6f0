/** Logs in a mini-program user: exchanges a wx.login code for an identity, a link and a session token. */

import { randomUUID } from 'node:crypto'

import * as v from 'valibot'

import { RequestError, WeChatError } from '../errors.ts'
import { type Reach, reachOf, readable } from '../followers/link.ts'
import type { LinkStore } from '../followers/ports.ts'
import type { Identity, Log, Now, SessionSigner, WeChat } from '../ports.ts'
import { checkedBody } from '../request-body.ts'
import type { LoginClaim, LoginResult, LoginStore } from './ports.ts'
import { hashOfCode, openLogin, sealLogin } from './seal.ts'

export type LoginDeps = {
  readonly wechat: Pick<WeChat, 'exchangeCode'>
  readonly logins: LoginStore
  readonly links: Pick<LinkStore, 'resolve' | 'writeLogin'>
  readonly sessions: SessionSigner
  readonly now: Now
  readonly sleep: (ms: number) => Promise<void>
  readonly log: Log
}

/** The answer to a login; `expiresIn` is in seconds. */
export type LoginAnswer = { readonly token: string; readonly expiresIn: number; readonly reach: Reach }

const loginRequest = v.strictObject(
  { code: v.pipe(v.string('must be text'), v.minLength(1, 'is empty'), v.maxLength(128, 'is too long')) },
  'must be an object',
)

/** WeChat accepts a code once, within five minutes (docs/wechat.md 4.1): until then a repeat gets the same answer. */
const codeMs = 300_000
/** Longer than an exchange can take: after that, its process has died and another may try. */
const claimMs = 15_000
const pollMs = 100
const polls = 40

/** Parses the body of a login; throws RequestError `body-not-json` or `body-invalid`. */
export function parseLogin(body: string): { code: string } {
  return checkedBody(body, loginRequest)
}

/** Logs in with a code. A code that is sent again, or twice at once, is exchanged once and gets the same answer. */
export async function logIn({ code }: { code: string }, deps: LoginDeps): Promise<LoginAnswer> {
  const owner = randomUUID()
  const claim = await claimOrWait(hashOfCode(code), owner, deps)
  const result =
    claim.kind === 'mine' ? await exchange(code, owner, deps) : claim.result && openLogin(claim.result, code)
  if (!result) {
    throw new RequestError('login-in-progress', 429, 'This code is being exchanged: try again.', {
      retryAfterSeconds: 2,
    })
  }
  if (result.kind === 'refused') throw refusal(result.errcode, result.rid)
  const { identity, issuedAt, reach } = result
  const token = await deps.sessions.sign(identity, issuedAt)
  return { token, expiresIn: deps.sessions.lifeSeconds, reach }
}

/** Claims the code; if another process is exchanging it, waits for that result. */
async function claimOrWait(codeHash: string, owner: string, { logins, now, sleep }: LoginDeps): Promise<LoginClaim> {
  for (let poll = 0; ; poll++) {
    const at = now()
    const claim = await logins.claim(codeHash, { owner, now: at, until: at + claimMs, expiresAt: at + codeMs })
    if (claim.kind === 'mine' || claim.result !== undefined || poll === polls) return claim
    await sleep(pollMs)
  }
}

async function exchange(code: string, owner: string, deps: LoginDeps): Promise<LoginResult> {
  const result = await exchangeAndLink(code, owner, deps)
  await deps.logins.finish(hashOfCode(code), owner, sealLogin(result, code))
  return result
}

async function exchangeAndLink(code: string, owner: string, deps: LoginDeps): Promise<LoginResult> {
  // Dated by its start, so that an erasure request that arrives during the login covers it.
  const beganAt = deps.now()
  const identity = await exchangeOnce(code, owner, deps)
  if ('errcode' in identity) return { kind: 'refused', ...identity }
  const reach = await link(identity, beganAt, deps)
  return { kind: 'identity', identity, issuedAt: Math.floor(deps.now() / 1000), reach }
}

type Refusal = { readonly errcode: number; readonly rid?: string }

/** A final refusal is a result; after any other error the claim is released, because a retry may succeed. */
async function exchangeOnce(code: string, owner: string, deps: LoginDeps): Promise<Identity | Refusal> {
  try {
    return await deps.wechat.exchangeCode(code)
  } catch (error) {
    if (error instanceof WeChatError && finalRefusals.has(error.errcode)) {
      return { errcode: error.errcode, ...(error.rid === undefined ? {} : { rid: error.rid }) }
    }
    await deps.logins.release(hashOfCode(code), owner)
    throw error
  }
}

const highRisk = 40226
/** Expired or invalid code; code already used; user blocked by WeChat (docs/wechat.md 4.2). */
const finalRefusals: ReadonlySet<number> = new Set([40029, 40163, highRisk])

function refusal(errcode: number, rid: string | undefined): RequestError {
  return errcode === highRisk
    ? new RequestError('login-refused', 403, 'WeChat rates this user as high risk and refuses the login.', {
        errcode,
        rid,
      })
    : new RequestError('login-code-invalid', 400, 'WeChat does not accept this code: call wx.login again.', {
        errcode,
        rid,
      })
}

/**
 * Writes the login and returns the user's reach. Every login is written (two small writes), because only its date shows
 * that a user came back after an erasure request. An unreadable row is overwritten; throws if that does not help.
 */
async function link(identity: Identity, at: number, { links }: LoginDeps): Promise<Reach> {
  const { miniOpenid } = identity
  await links.writeLogin(identity, at)
  const [person] = await links.resolve([{ miniOpenid }])
  return reachOf({ miniOpenid }, readable(person))
}
