/** The menu in use as menu.json has it. Entries of the console's own types become clicks, whose taps replies.json answers. */

import * as v from 'valibot'

import type { Reply } from '../../lib/callback/replies.ts'
import { keyedTypes, menuSchema } from '../../lib/menu/menu-list.ts'
import type { ConsoleEntry, ConsoleMenu } from '../../lib/menu/ports.ts'
import { sayIssue } from '../../lib/say-issue.ts'
import { quoted, type Taken, takeArticles, takeReply } from './carry-replies.ts'

export type CarriedMenu = {
  /** What menu/create takes, unless `lost` says what is to be corrected; absent if there is nothing to take over. */
  readonly menu?: { readonly button: readonly object[] }
  /** By the keys that were made for them. */
  readonly replies: Readonly<Record<string, Reply>>
  readonly lost: readonly string[]
}

type Carrying = { readonly replies: Record<string, Reply>; readonly lost: string[]; readonly keys: ReadonlySet<string> }

const keyed: ReadonlySet<string> = new Set(keyedTypes)
const ofMedia: ReadonlySet<string> = new Set(['media_id', 'view_limited'])
const ofArticles: ReadonlySet<string> = new Set(['article_id', 'article_view_limited'])
const shown: ReadonlySet<string> = new Set(['text', 'news', 'img', 'photo', 'voice', 'video'])

/** Takes over the menu, an entry at its place. */
export function carryMenu({ entries, unread }: ConsoleMenu): CarriedMenu {
  const keys = new Set([...entries, ...entries.flatMap(it => it.entries)].flatMap(it => it.key ?? []))
  const carrying: Carrying = { replies: {}, lost: [], keys }
  const button = entries.flatMap((it, at) => takeEntry(it, `${at + 1}`, carrying))
  const { replies, lost } = carrying
  if (unread > 0) lost.push(`${unread} of its entries could not be read`)
  if (button.length === 0) return { replies, lost }
  const result = v.safeParse(menuSchema, { button })
  const wrong = result.success ? [] : result.issues.map(it => `menu.json, before --apply: ${sayIssue(it, 'the menu')}`)
  return { menu: { button }, replies, lost: [...lost, ...wrong] }
}

/** An entry with others below it has no action of its own. */
function takeEntry(entry: ConsoleEntry, place: string, carrying: Carrying): object[] {
  if (entry.entries.length === 0) return takeAction(entry, place, carrying)
  const below = entry.entries.flatMap((it, at) => takeAction(it, `${place}_${at + 1}`, carrying))
  return below.length === 0 ? [] : [{ name: entry.name, sub_button: below }]
}

function takeAction(entry: ConsoleEntry, place: string, carrying: Carrying): object[] {
  const { name, type = '' } = entry
  if (shown.has(type)) return [takeShown(entry, place, carrying)]
  const fields = fieldsOf(entry)
  if (fields !== undefined) return [{ type, name, ...fields }]
  carrying.lost.push(`the menu entry ${quoted(name)} is left out: nothing can be made of its type ${quoted(type)}`)
  return []
}

/** What menu/create needs for a type; undefined for one that it does not have. */
function fieldsOf({ type = '', key, url, appid, pagepath, mediaId, articleId, value }: ConsoleEntry) {
  if (keyed.has(type)) return { key: key ?? value }
  if (type === 'view') return { url: url ?? value }
  if (type === 'miniprogram') return { url, appid, pagepath }
  if (ofMedia.has(type)) return { media_id: mediaId ?? value }
  if (ofArticles.has(type)) return { article_id: articleId ?? value }
  return undefined
}

/** What the console shows at a tap is a reply from now on, or one that is still to be entered. */
function takeShown(entry: ConsoleEntry, place: string, { replies, lost, keys }: Carrying): object {
  const key = freeKey(`MENU_${place}`, keys)
  const { reply, lost: why } = takenOf(entry)
  if (reply !== undefined) replies[key] = reply
  if (why !== undefined) lost.push(`the menu entry ${quoted(entry.name)}, which is the click ${key} now: ${why}`)
  return { type: 'click', name: entry.name, key }
}

function takenOf({ type = '', value, articles }: ConsoleEntry): Taken {
  return type === 'news' ? takeArticles(articles) : takeReply({ type, content: value, articles })
}

function freeKey(key: string, keys: ReadonlySet<string>): string {
  return keys.has(key) ? freeKey(`${key}_`, keys) : key
}
