/** Results shared by several checks: each call is made once, by the first check that needs it. */

import { WeChatError } from '../errors.ts'
import type { AccessToken, AccountTemplate, FollowerPage } from '../ports.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import type { DoctorApp, DoctorDeps } from './deps.ts'
import { Unchecked } from './finding.ts'

export type Facts = {
  /** Resolves if WeChat accepts the app's appid, secret and our address; throws its error otherwise. */
  readonly officialToken: () => Promise<void>
  readonly miniToken: () => Promise<void>
  readonly firstPage: () => Promise<FollowerPage>
  readonly accountTemplates: () => Promise<readonly AccountTemplate[]>
  /** Makes a call as the Official Account; throws Unchecked if there is no token for it. */
  readonly call: <T>(make: (accessToken: AccessToken) => Promise<T>) => Promise<T>
}

/** Prepares the facts; makes no call yet. */
export function gatherFacts({ official, mini }: DoctorDeps): Facts {
  const officialToken = once(() => askForToken(official))
  const present = once(async () => {
    // Not in parallel: requesting two tokens at once would cost one more call.
    await Promise.allSettled([officialToken()])
    return official.accessTokens.present()
  })
  const call: Facts['call'] = async make => {
    await present().catch(() => {
      throw new Unchecked('there is no access_token of the Official Account (see its credentials, and the allow-list)')
    })
    return withAccessToken(official.accessTokens, make)
  }
  return {
    officialToken,
    miniToken: once(() => askForToken(mini)),
    firstPage: once(() => call(token => official.wechat.followerPage(token))),
    accountTemplates: once(() => call(token => official.wechat.accountTemplates(token))),
    call,
  }
}

/** The refusal of a call; undefined if it was not refused, or nobody answered. */
export async function refusalOf(asked: Promise<unknown>): Promise<WeChatError | undefined> {
  const [outcome] = await Promise.allSettled([asked])
  return outcome?.status === 'rejected' && outcome.reason instanceof WeChatError ? outcome.reason : undefined
}

/** If requesting a token would invalidate the one in use, the stored one must do. */
async function askForToken({ isAskingHarmless, wechat, accessTokens }: DoctorApp): Promise<void> {
  await (isAskingHarmless ? wechat.fetchAccessToken() : accessTokens.present())
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => {
    asked ??= ask()
    return asked
  }
}
