/** Makes follow codes: a QR code of an Official Account that links the user who asks to whoever scans it. */

import * as v from 'valibot'

import { type AppName, type Apps, findNamed, type MiniProgram, type OfficialAccount } from '../apps.ts'
import { bearerOf } from '../bearer.ts'
import { chinaDay, secondsToNextDay } from '../china-day.ts'
import { RequestError } from '../errors.ts'
import type { MiniAppId } from '../identifiers.ts'
import type { AppLog, Now, SessionChecker, WeChat } from '../ports.ts'
import { checkedBody } from '../request-body.ts'
import type { AccessTokenSource } from '../tokens/access-token.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import type { FollowCodes } from './ports.ts'
import { newScene } from './scene.ts'

/** An Official Account whose codes are made. */
type CodeAccount = {
  readonly app: OfficialAccount
  readonly wechat: Pick<WeChat, 'createQrCode'>
  readonly accessTokens: AccessTokenSource
  readonly log: AppLog
}

export type FollowCodeDeps = {
  /** The default one first. */
  readonly accounts: readonly CodeAccount[]
  readonly apps: Pick<Apps, 'minis'>
  readonly sessions: Pick<SessionChecker, 'verify'>
  readonly codes: Pick<FollowCodes, 'keep' | 'count'>
  /** The URL of the picture of the code that has this ticket. */
  readonly pictureOf: (ticket: string) => string
  readonly now: Now
}

/** `url` is the picture of the code, `content` the text in it; `expiresIn` is in seconds. */
export type FollowCodeAnswer = { readonly url: string; readonly content: string; readonly expiresIn: number }

/**
 * An hour: enough to save the picture and to scan it from the album, or to fetch another phone; and a picture that turns
 * up the day after gives nobody the messages of the user who made it.
 */
const codeSeconds = 3600
/** Of a user; an account may make 100,000 a day for all of them. */
const codesPerDay = 20

const request = v.strictObject(
  {
    official: v.exactOptional(
      v.pipe(v.string('must be text'), v.minLength(1, 'is empty'), v.maxLength(128, 'is too long')),
    ),
  },
  'must be an object',
)

/**
 * Makes a code for the bearer of a session token. Throws RequestError: 401 without a valid one, `app-invalid`, 429 beyond
 * the daily limit, or the errors of every body.
 */
export async function makeFollowCode(
  { authorization, body }: { readonly authorization: string | undefined; readonly body: string },
  deps: FollowCodeDeps,
): Promise<FollowCodeAnswer> {
  const { mini, miniOpenid } = await deps.sessions.verify(bearerOf(authorization))
  const { official } = body === '' ? {} : checkedBody(body, request)
  const account = accountOf(official, mini, deps)
  const user = { mini, miniOpenid }
  await countCode(user, deps)
  const scene = newScene()
  const code = await withAccessToken(account.accessTokens, token =>
    account.wechat.createQrCode(token, scene, codeSeconds),
  )
  await deps.codes.keep({ scene, official: account.app.appid, user, until: code.until })
  account.log.info('follow-codes.made')
  return { url: deps.pictureOf(code.ticket), content: code.content, expiresIn: code.expiresInSeconds }
}

/** The named account; without a name, the one that the users of the mini program are to follow. */
function accountOf(name: AppName | undefined, mini: MiniAppId, { accounts, apps }: FollowCodeDeps): CodeAccount {
  const account = findNamed(accounts, name ?? followedBy(mini, apps).follows.name)
  if (account === undefined)
    throw new RequestError('app-invalid', 400, 'No Official Account of this deployment has this name.')
  return account
}

function followedBy(mini: MiniAppId, { minis }: Pick<Apps, 'minis'>): MiniProgram {
  const app = minis.find(it => it.appid === mini)
  if (app === undefined) throw new RequestError('session-invalid', 401, 'The session token is not valid: log in again.')
  return app
}

async function countCode(user: Parameters<FollowCodes['count']>[0], { codes, now }: FollowCodeDeps): Promise<void> {
  const at = now()
  if (await codes.count(user, chinaDay(at), codesPerDay)) return
  const detail = `A user makes at most ${codesPerDay} follow codes a day: try again tomorrow.`
  throw new RequestError('follow-codes-too-many', 429, detail, { retryAfterSeconds: secondsToNextDay(at) })
}
