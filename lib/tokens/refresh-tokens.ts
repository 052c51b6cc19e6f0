/** Renews all apps' access tokens before they expire, so that no request has to wait for a renewal. */

import type { App, AppName } from '../apps.ts'
import type { AppLog } from '../ports.ts'
import type { AccessTokenSource } from './access-token.ts'

/** An app of the stage, and the source of its token. */
type RefreshApp = {
  readonly app: App
  readonly accessTokens: Pick<AccessTokenSource, 'keepFresh'>
  readonly log: AppLog
}
export type RefreshDeps = { readonly apps: readonly RefreshApp[] }

/**
 * WeChat replaces a stable token only in its last five minutes; before that it returns the old one (docs/wechat.md
 * 3.2).
 */
const marginMs = 290_000

type Outcome = { readonly name: AppName; readonly isRenewed: boolean; readonly failure?: unknown }

/** Renews the tokens that are due, in parallel. One app's failure does not stop another's renewal; it is thrown at the end. */
export async function refreshTokens({ apps }: RefreshDeps): Promise<{ renewed: AppName[] }> {
  const outcomes = await Promise.all(apps.map(refresh))
  const failed = outcomes.filter(it => 'failure' in it)
  if (failed.length > 0) {
    const names = failed.map(it => it.name).join(', ')
    throw new AggregateError(
      failed.map(it => it.failure),
      `an access token could not be renewed: ${names}`,
    )
  }
  return { renewed: outcomes.flatMap(it => (it.isRenewed ? it.name : [])) }
}

async function refresh({ app: { name }, accessTokens, log }: RefreshApp): Promise<Outcome> {
  try {
    return { name, isRenewed: await accessTokens.keepFresh(marginMs) }
  } catch (failure) {
    log.error('token.not-renewed', { error: failure })
    return { name, isRenewed: false, failure }
  }
}
