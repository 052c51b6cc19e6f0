/** What the function answers, as far as this command reads it. */

import * as v from 'valibot'

import type { ConsoleEntry } from '../../lib/menu/ports.ts'

const text = v.optional(v.string())
const article = v.object({ title: text, digest: text, cover: text, url: text })
const articles = v.array(article)

const entry: v.GenericSchema<ConsoleEntry> = v.object({
  name: v.string(),
  ...{ type: text, key: text, url: text, appid: text, pagepath: text },
  ...{ mediaId: text, articleId: text, value: text },
  articles,
  entries: v.lazy(() => v.array(entry)),
})
const menu = v.object({ isOpen: v.boolean(), entries: v.array(entry), unread: v.number() })

const reply = v.object({ type: v.string(), content: text, articles })
const rule = v.object({
  name: v.string(),
  sendsAll: v.boolean(),
  keywords: v.array(v.object({ word: v.string(), isWhole: v.boolean() })),
  replies: v.array(reply),
  unread: v.number(),
})
const replies = v.object({
  ...{ isWelcomeOn: v.boolean(), areRepliesOn: v.boolean() },
  ...{ welcome: v.optional(reply), default: v.optional(reply) },
  rules: v.array(rule),
  unread: v.number(),
})

export const report = v.object({ menu, replies: v.exactOptional(replies) })

export type Report = v.InferOutput<typeof report>
