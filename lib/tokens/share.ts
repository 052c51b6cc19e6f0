/**
 * Hands the present access token to other systems of the house, so that they need not get tokens of their own: each
 * token that somebody else gets may end ours (docs/wechat.md 3.1).
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

/** `expiresIn` in seconds: after that, or when WeChat rejects the token, ask again. */
export type TokenAnswer = { readonly accessToken: string; readonly expiresIn: number }

/** Reads the query; throws RequestError `app-invalid`. */
export function parseApp({ app }: Readonly<Record<string, string | undefined>>): AppName {
  if (app === 'official' || app === 'mini') return app
  throw new RequestError('app-invalid', 400, 'Ask with ?app=official or ?app=mini.')
}

/** Answers the app's present token; what is left of its life is never more than it really has. */
export async function getToken(app: AppName, { sources, now, log }: TokenDeps): Promise<TokenAnswer> {
  const { accessToken, expiresAt } = await sources[app].present()
  log.info('token.shared', { app })
  return { accessToken, expiresIn: Math.floor((expiresAt - now()) / 1000) }
}
