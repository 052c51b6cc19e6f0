/** Open Platform accounts: each has its own unionid of a person, the same in all apps bound to it. */
import type { Accounts } from './defaults.ts'
import { createIdCoding } from './openid.ts'

/** The name of the first pair's Open Platform account. */
export const defaultPlatform = 'default'

/** The unionids of the first pair. */
export function defaultUnionids({ official, mini }: Accounts) {
  return createIdCoding(`unionid ${official.appid} ${mini.appid}`)
}

/** Creates the Open Platform accounts of a box; a new name creates another account. */
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
