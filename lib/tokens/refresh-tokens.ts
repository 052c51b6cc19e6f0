/** Renews all apps' access tokens ahead of their expiry, off everybody's request path. */

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
 * WeChat issues a stable token anew in the last five minutes of the old one: asked before that, it gives the old one
 * (docs/wechat.md 3.2).
 */
const marginMs = 290_000

type Outcome = { readonly name: AppName; readonly isRenewed: boolean; readonly failure?: unknown }

/** Renews what is due, side by side; one app's failure keeps no other from its renewal, and is thrown at the end. */
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
