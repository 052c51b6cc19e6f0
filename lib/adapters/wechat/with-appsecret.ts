/**
 * Calls that authenticate with the appsecret: after a reset in the console WeChat accepts only the new one, at once
 * (docs/wechat.md 2.2).
 */

import { WeChatError } from '../../errors.ts'

type Appsecret = (refused?: string) => Promise<string>

/** What both endpoints answer to a wrong or replaced appsecret (docs/wechat.md 3.3). */
const wrongSecret = new Set([40001, 40125])

/** Makes a call, and repeats it once with another appsecret, if there is one, if WeChat refuses the current one. */
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
