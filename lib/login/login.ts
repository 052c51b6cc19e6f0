/** Logs in a mini-program user: exchanges a wx.login code for an identity, a link and a session token. */

import { randomUUID } from 'node:crypto'

import * as v from 'valibot'

import { type AppName, findNamed, type MiniProgram } from '../apps.ts'
import { RequestError, WeChatError } from '../errors.ts'
import { endOverruled } from '../followers/join-scans.ts'
import { personIn, type Reach, reachOf, readable } from '../followers/link.ts'
import type { LinkStore } from '../followers/ports.ts'
import { logOf } from '../of-app.ts'
import type { Identity, Log, Now, SessionSigner, WeChat } from '../ports.ts'
import { checkedBody } from '../request-body.ts'
import type { LoginClaim, LoginResult, LoginStore } from './ports.ts'
import { hashOfCode, type LoginCode, openLogin, sealLogin } from './seal.ts'

/** A mini program that people log in to. */
type LoginApp = { readonly app: MiniProgram; readonly wechat: Pick<WeChat, 'exchangeCode'> }

export type LoginDeps = {
  /** The default one first. */
  readonly minis: readonly LoginApp[]
  readonly logins: LoginStore
  readonly links: Pick<LinkStore, 'resolve' | 'writeLogin' | 'endScans'>
  readonly sessions: SessionSigner
  readonly now: Now
  readonly sleep: (ms: number) => Promise<void>
  readonly log: Log
}

/** The answer to a login; `expiresIn` is in seconds. */
export type LoginAnswer = { readonly token: string; readonly expiresIn: number; readonly reach: Reach }

const text = v.pipe(v.string('must be text'), v.minLength(1, 'is empty'), v.maxLength(128, 'is too long'))
const loginRequest = v.strictObject({ code: text, app: v.exactOptional(text) }, 'must be an object')

/** `app` is the name of a mini program; the default one without. */
type LoginRequest = { readonly code: string; readonly app?: AppName }
/** One login at one mini program. */
type Attempt = LoginApp & { readonly code: LoginCode }

/** WeChat accepts a code once, within five minutes (docs/wechat.md 4.1): until then a repeat gets the same answer. */
const codeMs = 300_000
/** Longer than an exchange can take: after that, its process has died and another may try. */
const claimMs = 15_000
const pollMs = 100
const polls = 40

/** Reads the body of a login; throws RequestError `body-not-json` or `body-invalid`. */
export function parseLogin(body: string): LoginRequest {
  return checkedBody(body, loginRequest)
}

/**
 * Logs in by a code. The same code again, or twice at once, is exchanged once and answered alike. Throws RequestError
 * `app-invalid`, `login-in-progress`, `login-refused` or `login-code-invalid`.
 */
export async function logIn(request: LoginRequest, deps: LoginDeps): Promise<LoginAnswer> {
  const attempt = attemptOf(request, deps)
  const { app, code } = attempt
  const log = logOf(app, deps.log)
  const owner = randomUUID()
  const claim = await claimOrWait(hashOfCode(code), owner, deps)
  const result =
    claim.kind === 'mine' ? await exchange(attempt, owner, deps) : claim.result && openLogin(claim.result, code)
  if (!result) {
    throw new RequestError('login-in-progress', 429, 'This code is being exchanged: try again.', {
      retryAfterSeconds: 2,
    })
  }
  if (result.kind === 'refused') throw refusal(result.errcode, result.rid)
  const { identity, issuedAt, reach } = result
  const token = await deps.sessions.sign({ mini: app.appid, ...identity }, issuedAt)
  log.debug('login.accepted', { reach })
  return { token, expiresIn: deps.sessions.lifeSeconds, reach }
}

function attemptOf({ app: name, code }: LoginRequest, { minis }: LoginDeps): Attempt {
  const mini = findNamed(minis, name)
  if (mini === undefined)
    throw new RequestError('app-invalid', 400, 'No mini program of this deployment has this name.')
  return { ...mini, code: { mini: mini.app.appid, code } }
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

async function exchange(attempt: Attempt, owner: string, deps: LoginDeps): Promise<LoginResult> {
  const { code } = attempt
  const result = await exchangeAndLink(attempt, owner, deps)
  await deps.logins.finish(hashOfCode(code), owner, sealLogin(result, code))
  return result
}

async function exchangeAndLink(attempt: Attempt, owner: string, deps: LoginDeps): Promise<LoginResult> {
  // Dated by its start, so that an erasure request that arrives during the login covers it.
  const beganAt = deps.now()
  const identity = await exchangeOnce(attempt, owner, deps)
  if ('errcode' in identity) return { kind: 'refused', ...identity }
  const reach = await link(identity, attempt.app, { at: beganAt, deps })
  return { kind: 'identity', identity, issuedAt: Math.floor(deps.now() / 1000), reach }
}

type Refusal = { readonly errcode: number; readonly rid?: string }

/** A final refusal is a result; after any other error the claim is released, because a retry may succeed. */
async function exchangeOnce({ code, wechat }: Attempt, owner: string, deps: LoginDeps): Promise<Identity | Refusal> {
  try {
    return await wechat.exchangeCode(code.code)
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
 * that a user came back after an erasure request. An unreadable row is overwritten; throws if that does not help. A unionid
 * that contradicts a link by scan ends it.
 */
async function link(identity: Identity, app: MiniProgram, { at, deps }: Dated): Promise<Reach> {
  const { links } = deps
  const { appid: mini, follows } = app
  await links.writeLogin({ mini, ...identity }, at)
  const [found] = await links.resolve([{ mini, miniOpenid: identity.miniOpenid }])
  await endOverruled([found], links, logOf(app, deps.log))
  return reachOf(readable(personIn(found, follows.appid)))
}

type Dated = { readonly at: number; readonly deps: LoginDeps }
