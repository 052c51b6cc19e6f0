/** The shapes of WeChat's answers, and their conversion; list elements are validated one by one. */

import * as v from 'valibot'
import { isId, type MiniOpenId, type OpenId, type UnionId } from '../../identifiers.ts'
import type { AccountTemplate, FollowerInfo, FollowerPage, Identity, IssuedToken, QrCode, Quota } from '../../ports.ts'
import { count, fitting, list, maybe } from './lenient.ts'

const id = v.custom<OpenId & MiniOpenId & UnionId>(isId)

export const token = v.object({
  access_token: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
  expires_in: v.pipe(count, v.minValue(1), v.maxValue(86_400)),
})

export const session = v.object({ openid: id, unionid: maybe(id) })

export const page = v.object({
  total: maybe(count),
  data: maybe(v.object({ openid: maybe(list) })),
  next_openid: maybe(id),
})

export const infos = v.object({ user_info_list: v.nullable(list) })

/** Whether somebody follows: 0 or 1, also as text or as a boolean. */
const flag = v.union([
  v.boolean(),
  v.pipe(
    v.picklist([0, 1, '0', '1']),
    v.transform(it => Number(it) === 1),
  ),
])
const info = v.object({
  subscribe: flag,
  openid: id,
  unionid: maybe(id),
  subscribe_time: v.fallback(maybe(count), undefined),
})

const refill = v.object({ call_count: count, refresh_second: v.pipe(count, v.minValue(1)) })
/** More than the quota may be used. */
const left = v.pipe(
  v.union([count, v.pipe(v.number(), v.maxValue(0))]),
  v.transform(it => Math.max(0, it)),
)
export const quota = v.object({
  quota: v.object({ daily_limit: count, used: count, remain: left }),
  rate_limit: v.fallback(maybe(refill), undefined),
})

export const templates = v.object({ template_list: v.nullable(list) })
const template = v.object({ template_id: v.pipe(v.string(), v.minLength(1)), content: v.string() })

export const qrCode = v.object({
  ticket: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
  url: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
  expire_seconds: v.pipe(count, v.minValue(1), v.maxValue(2_592_000)),
})

export function issuedOf(answer: v.InferOutput<typeof token>): IssuedToken {
  return { accessToken: answer.access_token, expiresInSeconds: answer.expires_in }
}

/** session_key is dropped here: nothing needs it, so nothing can leak it. */
export function identityOf({ openid, unionid }: v.InferOutput<typeof session>): Identity {
  return { miniOpenid: openid, ...(unionid === undefined ? {} : { unionid }) }
}

/**
 * `next_openid` is no "more" flag: it names the last entry of every page, including the last page (docs/wechat.md 5.1).
 * If it is missing, the last entry is used, so that a missing field never ends the list.
 */
export function pageOf({ total, data, next_openid }: v.InferOutput<typeof page>, at: number): FollowerPage {
  const listed = data?.openid ?? []
  // Ten thousand of them, and the next page is asked for only behind this: a shape would take twice as long.
  const openids: readonly OpenId[] = listed.filter(isId)
  const odd = listed.length - openids.length
  const next = openids.length + odd === 0 ? undefined : (next_openid ?? openids.at(-1))
  return {
    openids,
    odd,
    at,
    ...(total === undefined ? {} : { total }),
    ...(next === undefined ? {} : { next }),
  }
}

/** The followers with complete answers, and no others; `answeredAt` in seconds by WeChat's clock. */
export function followersOf(answer: v.InferOutput<typeof infos>, answeredAt: number): FollowerInfo[] {
  return fitting(info, answer.user_info_list ?? []).fit.map(it => followerOf(it, answeredAt))
}

/** How far WeChat's clocks may differ; a later value is not a time in seconds. */
const skewSeconds = 300

function followerOf(it: v.InferOutput<typeof info>, answeredAt: number): FollowerInfo {
  const { openid, unionid, subscribe: following, subscribe_time: told } = it
  const followedAt = told === undefined || told > answeredAt + skewSeconds ? undefined : told
  return {
    openid,
    following,
    at: Math.max(answeredAt, followedAt ?? 0),
    ...(unionid === undefined ? {} : { unionid }),
    ...(!following || followedAt === undefined ? {} : { followedAt }),
  }
}

export function quotaOf({ quota: { daily_limit, used, remain }, rate_limit }: v.InferOutput<typeof quota>): Quota {
  // A thousand calls a day round down to none a minute, and then nothing on hold would ever be sent.
  const perMinute = rate_limit && Math.max(1, Math.floor((rate_limit.call_count * 60) / rate_limit.refresh_second))
  return { limit: daily_limit, used, remain, ...(perMinute === undefined ? {} : { perMinute }) }
}

export function templatesOf(answer: v.InferOutput<typeof templates>): AccountTemplate[] {
  return fitting(template, answer.template_list ?? []).fit.map(it => ({
    templateId: it.template_id,
    content: it.content,
  }))
}

export function qrCodeOf({ ticket, url, expire_seconds: seconds }: v.InferOutput<typeof qrCode>, at: number): QrCode {
  return { ticket, content: url, expiresInSeconds: seconds, until: at + seconds }
}
