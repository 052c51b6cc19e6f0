/** The rules for a menu; of several mistakes the first is told, in an order of ours (docs/wechat.md 12.5). */
import { field, textField } from '../json.ts'
import type { Refusal } from './endpoint.ts'

type IsLinked = (appid: string) => boolean
type Field = 'key' | 'url' | 'media'
/** The codes for a button, and for one below it. */
type Level = {
  nameBytes: number
  codes: Record<'name' | 'type' | 'domain' | Field, Refusal['errcode']>
}

const top: Level = {
  nameBytes: 16,
  codes: { name: 40018, type: 40017, key: 40019, url: 40020, domain: 40055, media: 40117 },
}
const below: Level = {
  nameBytes: 60,
  codes: { name: 40025, type: 40024, key: 40026, url: 40027, domain: 40054, media: 40118 },
}

/** What each type needs, and of how many bytes at most. */
const key = { name: 'key', bytes: 128, code: 'key' } as const
const url = { name: 'url', bytes: 1024, code: 'url' } as const
const media = { name: 'media_id', bytes: 256, code: 'media' } as const
const article = { name: 'article_id', bytes: 256, code: 'media' } as const
const needs = new Map<string, { name: string; bytes: number; code: Field }>([
  ...(['click', 'scancode_push', 'scancode_waitmsg', 'pic_sysphoto'] as const).map(it => [it, key] as const),
  ...(['pic_photo_or_album', 'pic_weixin', 'location_select'] as const).map(it => [it, key] as const),
  ...(['view', 'miniprogram'] as const).map(it => [it, url] as const),
  ...(['media_id', 'view_limited'] as const).map(it => [it, media] as const),
  ...(['article_id', 'article_view_limited'] as const).map(it => [it, article] as const),
])

/** Says why a menu is refused, or undefined. */
export function problemOfMenu(menu: unknown, isLinked: IsLinked): Refusal | undefined {
  const buttons = field(menu, 'button')
  if (!isListUpTo(3, buttons)) return { errcode: 40016 }
  for (const button of buttons) {
    const problem = isParent(button) ? problemOfParent(button, isLinked) : problemOfAction(button, top, isLinked)
    if (problem !== undefined) return problem
  }
  return undefined
}

function problemOfParent(button: unknown, isLinked: IsLinked): Refusal | undefined {
  if (!fits(textField(button, 'name'), top.nameBytes)) return { errcode: 40018 }
  const list = field(button, 'sub_button')
  if (!isListUpTo(5, list)) return { errcode: 40023 }
  for (const entry of list) {
    const problem = isParent(entry) ? ({ errcode: 40022 } as const) : problemOfAction(entry, below, isLinked)
    if (problem !== undefined) return problem
  }
  return undefined
}

function problemOfAction(entry: unknown, { nameBytes, codes }: Level, isLinked: IsLinked): Refusal | undefined {
  if (!fits(textField(entry, 'name'), nameBytes)) return { errcode: codes.name }
  const need = needs.get(textField(entry, 'type'))
  if (need === undefined) return { errcode: codes.type }
  const value = textField(entry, need.name)
  if (!fits(value, need.bytes)) return { errcode: codes[need.code] }
  if (need.code === 'url' && !/^https?:\/\//.test(value)) return { errcode: codes.domain }
  return textField(entry, 'type') === 'miniprogram' ? problemOfPage(entry, isLinked) : undefined
}

function problemOfPage(entry: unknown, isLinked: IsLinked): Refusal | undefined {
  if (!isLinked(textField(entry, 'appid'))) return { errcode: 45064 }
  return textField(entry, 'pagepath') === '' ? { errcode: 40165 } : undefined
}

function fits(text: string, bytes: number): boolean {
  return text !== '' && Buffer.byteLength(text) <= bytes
}

function isParent(entry: unknown): boolean {
  const list = field(entry, 'sub_button')
  return Array.isArray(list) && (list.length > 0 || textField(entry, 'type') === '')
}

function isListUpTo(most: number, list: unknown): list is unknown[] {
  return Array.isArray(list) && list.length >= 1 && list.length <= most
}
