/**
 * Calls that are proved by the appsecret itself: after a reset in the console WeChat takes only the new one, at once
 * (docs/wechat.md 2.2).
 */

import { WeChatError } from '../../errors.ts'

type Appsecret = (refused?: string) => Promise<string>

/** What both endpoints answer to an appsecret that is not, or no longer, the app's (docs/wechat.md 3.3). */
const wrongSecret = new Set([40001, 40125])

/** Makes a call that is repeated once with another appsecret, if there is one, where WeChat refuses the one at hand. */
export function withAppsecret<A extends unknown[], T>(
  appsecret: Appsecret,
  call: (secret: string, ...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  return async (...args) => {
    const secret = await appsecret()
    try {
      return await call(secret, ...args)
    } catch (error) {
      if (!(error instanceof WeChatError && wrongSecret.has(error.errcode))) throw error
      const another = await appsecret(secret)
      if (another === secret) throw error
      return call(another, ...args)
    }
  }
}
