/** The console's automatic replies as replies.json has them, and what of them that file cannot have. */

import * as v from 'valibot'
import type { KeywordRule, Replies, Reply } from '../../lib/callback/replies.ts'
import { replySchema } from '../../lib/callback/reply-list.ts'
import type { ConsoleArticle, ConsoleReplies, ConsoleReply, ConsoleRule } from '../../lib/menu/ports.ts'
import { counted } from '../command/words.ts'

/** A reply, or why there is none. */
export type Taken = { readonly reply?: Reply; readonly lost?: string }
export type CarriedReplies = { readonly replies: Replies; readonly lost: readonly string[] }

const media: Readonly<Record<string, string>> = {
  img: 'a picture',
  photo: 'a picture',
  voice: 'a sound',
  video: 'a video',
}

/** Takes over what is switched on. */
export function carryReplies(from: ConsoleReplies): CarriedReplies {
  const lost: string[] = []
  const take = (what: string, found: ConsoleReply | undefined) => {
    const taken = found === undefined ? {} : takeReply(found)
    if (taken.lost !== undefined) lost.push(`${what}: ${taken.lost}`)
    return taken.reply
  }
  const welcome = from.isWelcomeOn ? take('the welcome', from.welcome) : undefined
  const other = from.areRepliesOn ? take('the default reply', from.default) : undefined
  const rules = (from.areRepliesOn ? from.rules : []).flatMap(it => takeRule(it, lost))
  if (from.unread > 0) lost.push(`${counted(from.unread, 'keyword rule')} could not be read`)
  if (other !== undefined) lost.push('the default reply: the console sends it once an hour to one person, we each time')
  return {
    lost,
    replies: {
      ...(welcome === undefined ? {} : { welcome }),
      ...(rules.length === 0 ? {} : { keywords: rules }),
      ...(other === undefined ? {} : { default: other }),
    },
  }
}

/** A passive reply is one message: of several the first is taken that can be. */
function takeRule({ name, keywords, replies, sendsAll, unread }: ConsoleRule, lost: string[]): KeywordRule[] {
  const what = `the keyword rule ${quoted(name)}`
  if (unread > 0) lost.push(`${what}: ${unread} of its words and replies could not be read`)
  const taken = replies.map(takeReply)
  const reply = taken.find(it => it.reply !== undefined)?.reply
  lost.push(...taken.flatMap(it => (it.lost === undefined ? [] : [`${what}: ${it.lost}`])))
  if (replies.length > 1) {
    const instead = sendsAll ? 'sends all' : 'chooses one at random'
    lost.push(`${what} has ${replies.length} replies, of which the console ${instead}: one answers from now on`)
  }
  if (reply === undefined || keywords.length === 0) return []
  const [equal, contain] = [true, false].map(whole => keywords.flatMap(it => (it.isWhole === whole ? it.word : [])))
  return [{ ...listOf('contain', contain), ...listOf('equal', equal), reply }]
}

function listOf<K extends string>(name: K, words: readonly string[] = []): { readonly [N in K]?: readonly string[] } {
  const list: { [N in K]?: readonly string[] } = {}
  if (words.length > 0) list[name] = words
  return list
}

/** Takes one message of the console. */
export function takeReply({ type, content, articles }: ConsoleReply): Taken {
  if (type === 'text') return checked({ text: content ?? '' })
  if (type === 'news') return takeArticles(articles)
  const kind = media[type]
  if (kind === undefined) return { lost: `replies of type ${quoted(type)} cannot be taken over` }
  // docs/wechat.md 12.5: what is read here is gone in three days.
  const way = kind === 'a picture' ? ': upload it as permanent material, and enter its media_id as {"image": …}' : ''
  return { lost: `${kind} cannot be taken over, because WeChat lends its media_id for three days only${way}` }
}

/** WeChat shows one article in a reply. */
export function takeArticles([first, ...others]: readonly ConsoleArticle[]): Taken {
  if (first === undefined) return { lost: 'its article cannot be read' }
  const { title = '', digest, cover, url = '' } = first
  const news = { title, ...textOf('description', digest), ...textOf('picture', cover), url }
  const taken = checked({ news })
  if (taken.reply === undefined || others.length === 0) return taken
  return { ...taken, lost: `it has ${others.length + 1} articles, of which the first one stays` }
}

function textOf(name: 'description' | 'picture', text: string | undefined) {
  return text === undefined ? {} : { [name]: text }
}

function checked(reply: unknown): Taken {
  const result = v.safeParse(replySchema, reply)
  return result.success ? { reply: result.output } : { lost: `it ${result.issues[0].message}` }
}

/** A text of the console for a terminal: short, and without anything that a terminal would obey. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text).replace(/[\u007f-\u009f\u2028-\u202e]/g, '?')
}
