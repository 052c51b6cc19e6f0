/** Results shared by several checks: each call is made once, by the first check that needs it. */

import { WeChatError } from '../errors.ts'
import type { AccessToken, AccountTemplate, FollowerInfo, FollowerPage } from '../ports.ts'
import { withAccessToken } from '../tokens/with-access-token.ts'
import type { DoctorAccount, DoctorApp, DoctorDeps, DoctorMini } from './deps.ts'
import { Unchecked } from './finding.ts'

/** Resolves if WeChat accepts the app's appid, secret and our address; throws its error otherwise. */
type Token = { readonly token: () => Promise<void> }

/** A mini program, and what is asked for it. */
export type MiniFacts = DoctorMini & Token
/** An Official Account, and what is asked for it. */
export type AccountFacts = DoctorAccount &
  Token & {
    readonly firstPage: () => Promise<FollowerPage>
    /** Up to a hundred of the first page; costs one `batchget` beside it. */
    readonly someFollowers: () => Promise<readonly FollowerInfo[]>
    readonly accountTemplates: () => Promise<readonly AccountTemplate[]>
    /** Makes a call as this account; throws Unchecked if there is no token for it. */
    readonly call: <T>(make: (accessToken: AccessToken) => Promise<T>) => Promise<T>
  }

/** All apps of the stage; what is asked for one is no other's. */
export type Facts = { readonly officials: readonly AccountFacts[]; readonly minis: readonly MiniFacts[] }

const sampleSize = 100

/** Prepares the facts; makes no call yet. */
export function gatherFacts({ officials, minis }: Pick<DoctorDeps, 'officials' | 'minis'>): Facts {
  return {
    officials: officials.map(factsOf),
    minis: minis.map(it => ({ ...it, token: once(() => askForToken(it)) })),
  }
}

function factsOf(account: DoctorAccount): AccountFacts {
  const { wechat, accessTokens } = account
  const token = once(() => askForToken(account))
  const present = once(async () => {
    // Not in parallel: requesting two tokens at once would cost one more call.
    await Promise.allSettled([token()])
    return accessTokens.present()
  })
  const call: AccountFacts['call'] = async make => {
    await present().catch(() => {
      throw new Unchecked('there is no access_token of the Official Account (see its credentials, and the allow-list)')
    })
    return withAccessToken(accessTokens, make)
  }
  const firstPage = once(() => call(it => wechat.followerPage(it)))
  return {
    ...account,
    token,
    firstPage,
    someFollowers: once(async () => {
      const sample = (await firstPage()).openids.slice(0, sampleSize)
      return sample.length === 0 ? [] : call(it => wechat.followerInfo(it, sample))
    }),
    accountTemplates: once(() => call(it => wechat.accountTemplates(it))),
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
