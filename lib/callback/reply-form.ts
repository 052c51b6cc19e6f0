/** What a passive reply of each type must have (docs/wechat.md 9.13). */

import * as v from 'valibot'

const text = v.pipe(v.string(), v.trim(), v.nonEmpty())
const common = { CreateTime: v.pipe(v.string(), v.regex(/^\s*\d{1,13}\s*$/)) }
const media = v.looseObject({ MediaId: text })
const article = v.looseObject({})
const count = v.pipe(v.string(), v.regex(/^\s*[1-8]\s*$/), v.transform(Number))
const articles = v.pipe(
  v.looseObject({ ArticleCount: count, Articles: v.looseObject({ item: v.union([v.array(article), article]) }) }),
  v.check(({ ArticleCount, Articles }) => ArticleCount <= [Articles.item].flat().length),
)

const parts: Readonly<Record<string, v.GenericSchema>> = {
  text: v.looseObject({ Content: text }),
  image: v.looseObject({ Image: media }),
  voice: v.looseObject({ Voice: media }),
  video: v.looseObject({ Video: media }),
  music: v.looseObject({ Music: v.looseObject({ ThumbMediaId: text }) }),
  news: articles,
  transfer_customer_service: v.looseObject({}),
}

/** Whether parsed fields are a reply that WeChat takes. */
export function isWholeReply(fields: unknown): boolean {
  if (!v.is(v.looseObject({ MsgType: v.string(), ...common }), fields)) return false
  const of = fields.MsgType.trim()
  return Object.hasOwn(parts, of) && v.is(parts[of] ?? v.never(), fields)
}
