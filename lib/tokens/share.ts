/**
 * Gives the current access token to the operator's other systems, so that they need not fetch their own: each token
 * that another system fetches may invalidate ours (docs/wechat.md 3.1).
 */

import { RequestError } from '../errors.ts'
import type { Log, Now } from '../ports.ts'
import type { AccessTokenSource } from './access-token.ts'

export type AppName = 'official' | 'mini'
export type TokenDeps = {
  readonly sources: Readonly<Record<AppName, Pick<AccessTokenSource, 'present'>>>
  readonly now: Now
  readonly log: Log
}

/** `expiresIn` is in seconds; after that, or when WeChat rejects the token, request it again. */
export type TokenAnswer = { readonly accessToken: string; readonly expiresIn: number }

/** Parses the query; throws RequestError `app-invalid`. */
export function parseApp({ app }: Readonly<Record<string, string | undefined>>): AppName {
  if (app === 'official' || app === 'mini') return app
  throw new RequestError('app-invalid', 400, 'Ask with ?app=official or ?app=mini.')
}

/** Returns the app's current token; the lifetime is rounded down. */
export async function getToken(app: AppName, { sources, now, log }: TokenDeps): Promise<TokenAnswer> {
  const { accessToken, expiresAt } = await sources[app].present()
  log.info('token.shared', { app })
  return { accessToken, expiresIn: Math.floor((expiresAt - now()) / 1000) }
}
