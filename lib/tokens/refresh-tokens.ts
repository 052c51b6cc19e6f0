/** Renews both apps' access tokens before they expire, so that no request has to wait for a renewal. */

import type { AppId } from '../identifiers.ts'
import type { Log } from '../ports.ts'
import type { AccessTokenSource } from './access-token.ts'

export type RefreshDeps = {
  readonly sources: ReadonlyMap<AppId, Pick<AccessTokenSource, 'keepFresh'>>
  readonly log: Log
}

/**
 * WeChat replaces a stable token only in its last five minutes; before that it returns the old one (docs/wechat.md
 * 3.2).
 */
const marginMs = 290_000

/** Renews the tokens that are due. One app's failure does not stop the other's renewal; it is thrown at the end. */
export async function refreshTokens({ sources, log }: RefreshDeps): Promise<{ renewed: AppId[] }> {
  const apps = [...sources]
  const outcomes = await Promise.allSettled(apps.map(([, source]) => source.keepFresh(marginMs)))
  const renewed = apps.flatMap(([appid], index) => {
    const outcome = outcomes[index]
    return outcome?.status === 'fulfilled' && outcome.value ? [appid] : []
  })
  const failures = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason] : []))
  for (const error of failures) log.error('token.not-renewed', { error })
  if (failures.length > 0) throw new AggregateError(failures, 'an access token could not be renewed')
  return { renewed }
}
