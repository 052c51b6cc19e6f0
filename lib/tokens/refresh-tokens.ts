/** Renews both apps' access tokens ahead of their expiry, off everybody's request path. */

import type { AppId } from '../identifiers.ts'
import type { Log } from '../ports.ts'
import type { AccessTokenSource } from './access-token.ts'

export type RefreshDeps = {
  readonly sources: ReadonlyMap<AppId, Pick<AccessTokenSource, 'keepFresh'>>
  readonly log: Log
}

/**
 * WeChat issues a stable token anew in the last five minutes of the old one: asked before that, it gives the old one
 * (docs/wechat.md 3.2).
 */
const marginMs = 290_000

/** Renews what is due; one app's failure does not keep the other from its renewal, and is thrown at the end. */
export async function refreshTokens({ sources, log }: RefreshDeps): Promise<{ renewed: AppId[] }> {
  const apps = [...sources]
  const outcomes = await Promise.allSettled(apps.map(([, source]) => source.keepFresh(marginMs)))
  const renewed = apps.flatMap(([appid], index) => {
    const outcome = outcomes[index]
    return outcome?.status === 'fulfilled' && outcome.value ? [appid] : []
  })
  const failures = outcomes.flatMap(it => (it.status === 'rejected' ? [it.reason] : []))
  for (const error of failures) log.error('token.not-renewed', { error })
  if (failures.length > 0) throw new AggregateError(failures, 'an access token could not be renewed')
  return { renewed }
}
