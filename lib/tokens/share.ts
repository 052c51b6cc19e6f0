/**
 * Gives the current access token to the operator's other systems, so that they need not fetch their own: each token
 * that another system fetches may invalidate ours (docs/wechat.md 3.1).
 */

import { createHash } from 'node:crypto'
import type { App } from '../apps.ts'
import { RequestError } from '../errors.ts'
import { refusingFor } from '../of-app.ts'
import type { AppLog, Now } from '../ports.ts'
import type { AccessTokenSource } from './access-token.ts'
import type { StoredToken } from './ports.ts'

type SharedApp = {
  readonly app: App
  readonly accessTokens: Pick<AccessTokenSource, 'present' | 'stored' | 'renew'>
  readonly log: AppLog
}
export type TokenDeps = { readonly apps: readonly SharedApp[]; readonly now: Now }

/** `id` names the token where it must not be said itself; `expiresIn` is in seconds. */
export type TokenAnswer = { readonly id: string; readonly accessToken: string; readonly expiresIn: number }

type Query = Readonly<Record<string, string | undefined>>

/** A token is not renewed before, whoever rejects it: of the day's 2,000 token calls (docs/wechat.md 3.1) 720 at most go this way. */
const minAgeMs = 120_000

/**
 * Returns the current token of the app that the query names; there is no default. The lifetime is rounded down. If the query
 * names the token by its id as `rejected` by WeChat, it is renewed, once for all who say so. Throws RequestError `app-invalid`, and
 * `token-fresh` for a rejected token that was just fetched.
 */
export async function getToken(query: Query, { apps, now }: TokenDeps): Promise<TokenAnswer> {
  const shared = askedFor(query, apps)
  const token = await refusingFor(shared.app, () => tokenFor(query, shared, now))
  shared.log.info('token.shared')
  return {
    id: idOf(token),
    accessToken: token.accessToken,
    expiresIn: Math.floor((token.expiresAt - now()) / 1000),
  }
}

async function tokenFor({ rejected = '' }: Query, { accessTokens, log }: SharedApp, now: Now): Promise<StoredToken> {
  if (rejected === '') return accessTokens.present()
  const stored = await accessTokens.stored()
  // Renewed since: by us, or because another caller said so.
  if (idOf(stored) !== rejected) return stored
  requireAge(stored, now())
  log.info('token.rejected')
  return accessTokens.renew(stored)
}

function requireAge({ issuedAt }: StoredToken, at: number): void {
  const leftMs = issuedAt + minAgeMs - at
  if (leftMs <= 0) return
  throw new RequestError(
    'token-fresh',
    429,
    'This token was just fetched from WeChat. If WeChat rejects it, another system gets tokens for this appid.',
    { retryAfterSeconds: Math.ceil(leftMs / 1000) },
  )
}

/** By the text and not the generation: WeChat may give the same token again. */
function idOf({ accessToken }: StoredToken): string {
  return createHash('sha256').update(accessToken).digest('hex').slice(0, 16)
}

function askedFor({ app: name }: Query, apps: readonly SharedApp[]): SharedApp {
  const names = apps.map(it => it.app.name).join(', ')
  if (name === undefined || name === '') {
    throw new RequestError('app-invalid', 400, `Ask with ?app=, one of ${names}.`)
  }
  const found = apps.find(it => it.app.name === name)
  if (found === undefined) {
    throw new RequestError('app-invalid', 400, `No app of this deployment has this name; there are ${names}.`)
  }
  return found
}
