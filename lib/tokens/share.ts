/**
 * Gives the current access token to the operator's other systems, so that they need not fetch their own: each token
 * that another system fetches may invalidate ours (docs/wechat.md 3.1).
 */

import type { App } from '../apps.ts'
import { RequestError } from '../errors.ts'
import type { AppLog, Now } from '../ports.ts'
import type { AccessTokenSource } from './access-token.ts'

type SharedApp = { readonly app: App; readonly accessTokens: Pick<AccessTokenSource, 'present'>; readonly log: AppLog }
export type TokenDeps = { readonly apps: readonly SharedApp[]; readonly now: Now }

/** `expiresIn` is in seconds; after that, or when WeChat rejects the token, request it again. */
export type TokenAnswer = { readonly accessToken: string; readonly expiresIn: number }

type Query = Readonly<Record<string, string | undefined>>

/**
 * Returns the current token of the app that the query names; there is no default. The lifetime is rounded down. Throws RequestError `app-invalid`.
 */
export async function getToken(query: Query, { apps, now }: TokenDeps): Promise<TokenAnswer> {
  const { accessTokens, log } = askedFor(query, apps)
  const { accessToken, expiresAt } = await accessTokens.present()
  log.info('token.shared')
  return { accessToken, expiresIn: Math.floor((expiresAt - now()) / 1000) }
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
