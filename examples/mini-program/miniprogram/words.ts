/** What users read. Keep what fits; the codes are those of docs/http-api.md. */

import type { Reach } from './api'
import { ApiError } from './api'

export type Words = { readonly title: string; readonly detail: string }

export const reachWords: Readonly<Record<Reach, Words>> = {
  reachable: { title: '可以收到消息', detail: '您已关注服务号，订单有新进展时会在微信里通知您。' },
  'not-following': { title: '还不能收到消息', detail: '关注服务号后，订单有新进展时会在微信里通知您。' },
  'no-unionid': {
    title: '暂时无法确认',
    detail: '小程序和服务号还没有绑定到同一个微信开放平台账号。绑定完成后，请点“重新登录”。',
  },
  unknown: { title: '没有您的记录', detail: '请点“重新登录”；如果还没有关注服务号，也请先关注。' },
}

const refusals: Readonly<Record<string, string>> = {
  'not-an-image': '这个文件不是图片，请换一张。',
  'type-differs': '图片的格式与声明的不一致，请换一张。',
  'too-large': '图片太大，请换一张小一些的。',
  'too-many-pixels': '图片的像素太多，请换一张小一些的。',
  risky: '图片未通过内容安全检查，请换一张。',
  review: '图片未能通过内容安全检查，请换一张。',
  'check-failed': '图片暂时无法检查，请稍后再传。',
}

const problems: Readonly<Record<string, string>> = {
  network: '网络不通，请检查网络后再试。',
  'domain-not-listed': '请在小程序后台把域名加入“服务器域名”。',
  timeout: '等待超时，请再试一次。',
  'login-code-invalid': '登录没有成功，请再试一次。',
  'login-refused': '微信没有通过这次登录。',
  'image-type': '只能上传 JPEG、PNG、GIF 或 WebP 图片。',
  'image-too-large': '图片太大，请换一张小一些的。',
  'images-too-many': '今天上传的图片已经够多了，请明天再来。',
  'image-unknown': '这张图片已经不在了，请重新上传。',
  'upload-refused': '图片没有传成，请再试一次。',
  'wechat-busy': '微信正忙，请稍后再试。',
  'wechat-unavailable': '微信暂时没有回应，请再试一次。',
}

/** Says why a picture was refused. */
export function refusalWords(reason: string | undefined): string {
  return refusals[reason ?? ''] ?? '图片没有通过检查，请换一张。'
}

/** Says what failed, with the code that a developer looks up. */
export function problemWords(error: unknown): string {
  if (!(error instanceof ApiError)) return '出了点问题，请再试一次。'
  const code = error.s3Code === undefined ? error.code : `${error.code} ${error.s3Code}`
  return `${problems[error.code] ?? '出了点问题，请再试一次。'}（${code}）`
}
