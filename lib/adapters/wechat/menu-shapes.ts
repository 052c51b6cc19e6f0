/** The shapes of WeChat's answers about menus and automatic replies, read entry by entry (docs/wechat.md 12.5). */

import * as v from 'valibot'

import type {
  ConsoleArticle,
  ConsoleEntry,
  ConsoleMenu,
  ConsoleReplies,
  ConsoleReply,
  ConsoleRule,
} from '../../menu/ports.ts'
import { fitting, maybe } from './lenient.ts'

/** Longer than any text of the console. */
const text = v.pipe(v.string(), v.maxLength(10_000))
/** A field of another kind counts as absent: what it belongs to may still be told by its name. */
const textIfAny = v.fallback(maybe(text), undefined)
const isOn = v.fallback(
  v.pipe(
    maybe(v.union([v.number(), v.boolean(), v.string()])),
    v.transform(it => it === true || Number(it) === 1),
  ),
  false,
)
const listIfAny = v.fallback(maybe(v.array(v.unknown())), undefined)
/** A list, or an object with one. */
const listed = v.fallback(
  maybe(
    v.union([
      v.array(v.unknown()),
      v.pipe(
        v.object({ list: listIfAny }),
        v.transform(it => it.list ?? []),
      ),
    ]),
  ),
  undefined,
)

const article = v.object({
  ...{ title: textIfAny, digest: textIfAny },
  ...{ cover_url: textIfAny, content_url: textIfAny },
})
const entry = v.object({
  ...{ name: text, type: textIfAny, key: textIfAny, url: textIfAny, value: textIfAny },
  ...{ appid: textIfAny, pagepath: textIfAny, media_id: textIfAny, article_id: textIfAny },
  ...{ news_info: listed, sub_button: listed },
})
type Entry = v.InferOutput<typeof entry>

export const menuInfo = v.object({
  is_menu_open: isOn,
  selfmenu_info: v.fallback(maybe(v.object({ button: listIfAny })), undefined),
})

const message = v.object({ type: text, content: textIfAny, news_info: listed })
const keyword = v.object({ content: v.pipe(text, v.minLength(1)), match_mode: v.picklist(['contain', 'equal']) })
const rule = v.object({
  ...{ rule_name: textIfAny, reply_mode: textIfAny },
  ...{ keyword_list_info: listIfAny, reply_list_info: listIfAny },
})
const messageIfAny = v.fallback(maybe(message), undefined)

export const autoreplyInfo = v.object({
  is_add_friend_reply_open: isOn,
  is_autoreply_open: isOn,
  add_friend_autoreply_info: messageIfAny,
  message_default_autoreply_info: messageIfAny,
  keyword_autoreply_info: listed,
})

/** Two levels, as WeChat has them: what stands deeper is counted as unread. */
export function menuOf({ is_menu_open, selfmenu_info }: v.InferOutput<typeof menuInfo>): ConsoleMenu {
  const { fit, odd } = fitting(entry, selfmenu_info?.button)
  const groups = fit.map(it => ({ it, below: fitting(entry, it.sub_button) }))
  const deeper = groups.flatMap(({ below }) => below.fit).filter(it => (it.sub_button ?? []).length > 0).length
  return {
    isOpen: is_menu_open,
    entries: groups.map(({ it, below }) => entryOf(it, below.fit)),
    unread: groups.reduce((sum, { below }) => sum + below.odd, odd) + deeper,
  }
}

function entryOf(it: Entry, below: readonly Entry[] = []): ConsoleEntry {
  const { name, type, key, url, appid, pagepath, value, media_id: mediaId, article_id: articleId } = it
  return {
    ...{ name, type, key, url, appid, pagepath, value, mediaId, articleId },
    articles: articlesOf(it.news_info),
    entries: below.map(each => entryOf(each)),
  }
}

export function repliesOf(answer: v.InferOutput<typeof autoreplyInfo>): ConsoleReplies {
  const { add_friend_autoreply_info: welcome, message_default_autoreply_info: other } = answer
  const { fit, odd } = fitting(rule, answer.keyword_autoreply_info)
  return {
    isWelcomeOn: answer.is_add_friend_reply_open,
    areRepliesOn: answer.is_autoreply_open,
    welcome: welcome && replyOf(welcome),
    default: other && replyOf(other),
    rules: fit.map(ruleOf),
    unread: odd,
  }
}

function ruleOf(it: v.InferOutput<typeof rule>): ConsoleRule {
  const [keywords, replies] = [fitting(keyword, it.keyword_list_info), fitting(message, it.reply_list_info)]
  return {
    name: it.rule_name ?? '',
    sendsAll: it.reply_mode === 'reply_all',
    keywords: keywords.fit.map(({ content, match_mode }) => ({ word: content, isWhole: match_mode === 'equal' })),
    replies: replies.fit.map(replyOf),
    unread: keywords.odd + replies.odd,
  }
}

function replyOf({ type, content, news_info }: v.InferOutput<typeof message>): ConsoleReply {
  return { type, content, articles: articlesOf(news_info) }
}

function articlesOf(list: readonly unknown[] = []): ConsoleArticle[] {
  return fitting(article, list).fit.map(({ title, digest, cover_url: cover, content_url: url }) => ({
    title,
    digest,
    cover,
    url,
  }))
}
