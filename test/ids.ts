/** Made-up ids for tests. */

import { type AppId, isAppId, isId, type MiniOpenId, type OpenId, type UnionId } from '../lib/identifiers.ts'

export const officialAppid = appid('wx00000000000000aa')
export const miniAppid = appid('wx00000000000000bb')

export function id(text: string): OpenId & MiniOpenId & UnionId {
  if (!isId(text)) throw new Error(`${text} is no id`)
  return text
}

function appid(text: string): AppId {
  if (!isAppId(text)) throw new Error(`${text} is no appid`)
  return text
}
