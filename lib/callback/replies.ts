/** Automatic replies without a server of one's own: which one a push gets, and its XML (docs/replies.md). */

import type { PushFields } from './push.ts'

/** One article; without a picture WeChat shows its title alone. */
type Article = {
  readonly title: string
  readonly description?: string
  readonly picture?: string
  readonly url: string
}

/** One message, as replies.json writes it; `image` is the media_id of a picture. */
export type Reply = { readonly text: string } | { readonly image: string } | { readonly news: Article }

/** A reply for texts that contain one of these words, or are equal to one. */
export type KeywordRule = {
  readonly contain?: readonly string[]
  readonly equal?: readonly string[]
  readonly reply: Reply
}

/** The replies of one Official Account; `menu` has those to taps on a menu entry, by its key. */
export type Replies = {
  readonly welcome?: Reply
  readonly keywords?: readonly KeywordRule[]
  readonly default?: Reply
  readonly menu?: Readonly<Record<string, Reply>>
}

/** Chooses the reply to a push; undefined for one that gets none. */
export function replyTo(fields: PushFields, replies: Replies): Reply | undefined {
  const { MsgType, Content } = fields
  if (MsgType === 'event') return replyToEvent(fields, replies)
  if (typeof MsgType !== 'string' || MsgType === '') return undefined
  const rule = MsgType === 'text' && typeof Content === 'string' ? findRule(Content, replies.keywords) : undefined
  return rule?.reply ?? replies.default
}

function replyToEvent({ Event, EventKey }: PushFields, { welcome, menu = {} }: Replies): Reply | undefined {
  const event = typeof Event === 'string' ? Event.toLowerCase() : ''
  if (event === 'subscribe') return welcome
  const isTap = event === 'click' && typeof EventKey === 'string' && Object.hasOwn(menu, EventKey)
  return isTap ? menu[EventKey] : undefined
}

/** The first rule that fits a text: a passive reply is one message only. */
export function findRule(content: string, keywords: readonly KeywordRule[] = []): KeywordRule | undefined {
  const text = content.trim()
  return keywords.find(({ contain = [], equal = [] }) => equal.includes(text) || contain.some(it => text.includes(it)))
}

/** Who answers whom, and when in seconds: `toUserName` is the follower's openid, `fromUserName` the account's original id. */
export type ReplyAddress = {
  readonly toUserName: string
  readonly fromUserName: string
  readonly createTime: number
}

/** Writes a passive reply in plain XML (docs/wechat.md 12.6); the encrypted modes put it into their envelope. */
export function writeReply(reply: Reply, { toUserName, fromUserName, createTime }: ReplyAddress): string {
  const head = [element('ToUserName', toUserName), element('FromUserName', fromUserName)]
  return wrap('xml', [...head, wrap('CreateTime', [`${createTime}`]), ...contentOf(reply)])
}

function contentOf(reply: Reply): string[] {
  if ('text' in reply) return [element('MsgType', 'text'), element('Content', reply.text)]
  if ('image' in reply) return [element('MsgType', 'image'), wrap('Image', [element('MediaId', reply.image)])]
  const { title, description = '', picture = '', url } = reply.news
  const item = [
    ...[element('Title', title), element('Description', description)],
    ...[element('PicUrl', picture), element('Url', url)],
  ]
  return [element('MsgType', 'news'), wrap('ArticleCount', ['1']), wrap('Articles', [wrap('item', item)])]
}

function wrap(name: string, content: readonly string[]): string {
  return `<${name}>${content.join('')}</${name}>`
}

/** CDATA ends at `]]>`, so such a text goes into two. */
function element(name: string, text: string): string {
  return wrap(name, [`<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`])
}
