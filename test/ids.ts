/** Made-up ids for tests. */

import {
  isAppId,
  isId,
  type MiniAppId,
  type MiniOpenId,
  type OfficialAppId,
  type OpenId,
  type UnionId,
} from '../lib/identifiers.ts'

export const officialAppid: OfficialAppId = appid('wx00000000000000aa')
export const miniAppid: MiniAppId = appid('wx00000000000000bb')
export const otherOfficialAppid: OfficialAppId = appid('wx00000000000000cc')
export const otherMiniAppid: MiniAppId = appid('wx00000000000000dd')

export function id(text: string): OpenId & MiniOpenId & UnionId {
  if (!isId(text)) throw new Error(`${text} is no id`)
  return text
}

export function appid(text: string): OfficialAppId & MiniAppId {
  if (!isAppId(text)) throw new Error(`${text} is no appid`)
  return text
}
