/**
 * Hands the present access token to other systems of the house, so that they need not get tokens of their own: each
 * token that somebody else gets may end ours (docs/wechat.md 3.1).
 */

import type { App } from '../apps.ts'
import { RequestError } from '../errors.ts'
import type { AppLog, Now } from '../ports.ts'
import type { AccessTokenSource } from './access-token.ts'

type SharedApp = { readonly app: App; readonly accessTokens: Pick<AccessTokenSource, 'present'>; readonly log: AppLog }
export type TokenDeps = { readonly apps: readonly SharedApp[]; readonly now: Now }

/** `expiresIn` in seconds: after that, or when WeChat rejects the token, ask again. */
export type TokenAnswer = { readonly accessToken: string; readonly expiresIn: number }

type Query = Readonly<Record<string, string | undefined>>

/**
 * Answers the present token of the app that the query names, for none is meant without; what is left of its life is never
 * more than it really has. Throws RequestError `app-invalid`.
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
