/** Open Platform accounts: each knows a person by a unionid of its own, in all apps that are bound to it. */
import type { Accounts } from './defaults.ts'
import { createIdCoding } from './openid.ts'

/** The name of the account that the first pair is bound to. */
export const defaultPlatform = 'default'

/** The unionids of the first pair. */
export function defaultUnionids({ official, mini }: Accounts) {
  return createIdCoding(`unionid ${official.appid} ${mini.appid}`)
}

/** Creates the Open Platform accounts of a box; one that is named for the first time is there from then on. */
export function createPlatforms(accounts: Accounts) {
  const known = new Map([[defaultPlatform, defaultUnionids(accounts)]])
  return {
    unionidsOf: (platform: string) => {
      const unionids = known.get(platform) ?? createIdCoding(`unionid ${platform}`)
      known.set(platform, unionids)
      return unionids
    },
  }
}

/** The Open Platform accounts of a box. */
export type Platforms = ReturnType<typeof createPlatforms>
