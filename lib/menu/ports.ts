/** What WeChat tells of an account's menu and automatic replies (docs/wechat.md 12.5), and what the menu is made of. */

import type { AccessToken } from '../ports.ts'
import type { Menu } from './menu-list.ts'

/** An article as WeChat's console keeps it; any field may be absent, here and below. */
export type ConsoleArticle = {
  readonly title?: string | undefined
  readonly digest?: string | undefined
  readonly cover?: string | undefined
  readonly url?: string | undefined
}

/** An entry of the menu in use, of any type, or with entries below it; `value` depends on the type. */
export type ConsoleEntry = {
  readonly name: string
  readonly type?: string | undefined
  readonly key?: string | undefined
  readonly url?: string | undefined
  readonly appid?: string | undefined
  readonly pagepath?: string | undefined
  readonly mediaId?: string | undefined
  readonly articleId?: string | undefined
  readonly value?: string | undefined
  readonly articles: readonly ConsoleArticle[]
  readonly entries: readonly ConsoleEntry[]
}

/** The menu in use; `unread` counts entries that nobody could make sense of. */
export type ConsoleMenu = {
  readonly isOpen: boolean
  readonly entries: readonly ConsoleEntry[]
  readonly unread: number
}

/** One message of the console; `content` is its text, or a media_id that is valid for three days. */
export type ConsoleReply = {
  readonly type: string
  readonly content?: string | undefined
  readonly articles: readonly ConsoleArticle[]
}

/** A keyword rule of the console. */
export type ConsoleRule = {
  readonly name: string
  readonly sendsAll: boolean
  readonly keywords: readonly { readonly word: string; readonly isWhole: boolean }[]
  readonly replies: readonly ConsoleReply[]
  readonly unread: number
}

/** The automatic replies that were set in the console; `unread` counts rules. */
export type ConsoleReplies = {
  readonly isWelcomeOn: boolean
  readonly areRepliesOn: boolean
  readonly welcome?: ConsoleReply | undefined
  readonly default?: ConsoleReply | undefined
  readonly rules: readonly ConsoleRule[]
  readonly unread: number
}

/** WeChat's calls about menus; each throws WeChatError or TransportError. */
export type MenuApi = {
  menuInUse(accessToken: AccessToken): Promise<ConsoleMenu>
  consoleReplies(accessToken: AccessToken): Promise<ConsoleReplies>
  /** Replaces the menu. */
  createMenu(accessToken: AccessToken, menu: Menu): Promise<void>
}
