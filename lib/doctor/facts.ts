/** What several checks look at: each is asked for once, whoever asks first, so that a run costs few calls to WeChat. */

import { WeChatError } from '../errors.ts'
import type { AccessToken, AccountTemplate, FollowerPage } from '../ports.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import type { DoctorApp, DoctorDeps } from './deps.ts'
import { Unchecked } from './finding.ts'

export type Facts = {
  /** Resolves if WeChat takes the app's appid, secret and our address; throws what it says otherwise. */
  readonly officialToken: () => Promise<void>
  readonly miniToken: () => Promise<void>
  readonly firstPage: () => Promise<FollowerPage>
  readonly accountTemplates: () => Promise<readonly AccountTemplate[]>
  /** Makes a call as the Official Account; throws Unchecked where there is no token for it. */
  readonly call: <T>(make: (accessToken: AccessToken) => Promise<T>) => Promise<T>
}

/** Prepares the facts; nothing is asked for yet. */
export function gatherFacts({ official, mini }: DoctorDeps): Facts {
  const officialToken = once(() => askForToken(official))
  const present = once(async () => {
    // Not beside it: two tokens asked for at once would be one call more.
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

/** What a call was refused with; undefined if it was not, or nobody answered. */
export async function refusalOf(asked: Promise<unknown>): Promise<WeChatError | undefined> {
  const [outcome] = await Promise.allSettled([asked])
  return outcome?.status === 'rejected' && outcome.reason instanceof WeChatError ? outcome.reason : undefined
}

/** Where asking would end the token that others use, the present one has to do. */
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
