/** The content of customer-service messages by type (docs/wechat.md 9.14). */
import type { App } from '../app.ts'
import type { Box } from '../box.ts'
import { field, textField } from '../json.ts'
import type { MessageContent } from '../message-content.ts'
import type { Refusal } from './endpoint.ts'
import { refuseProgram } from './send-target.ts'

const longestTextBytes = 2048
const mostArticles = 1

type Reader = (part: unknown, around: { box: Box; app: App }) => MessageContent | Refusal

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['text', readText],
  ['image', readMedia],
  ['voice', readMedia],
  ['mpnews', readMedia],
  ['video', readVideo],
  ['music', readMusic],
  ['news', readNews],
  ['msgmenu', readMenu],
  ['miniprogrampage', readPage],
])

/** Reads the member named as the type, or finds what is wrong with it. */
export function readCustomContent(body: unknown, around: { box: Box; app: App }): MessageContent | Refusal {
  const type = textField(body, 'msgtype')
  return readers.get(type)?.(field(body, type), around) ?? { errcode: 40008 }
}

function readText(part: unknown): MessageContent | Refusal {
  const content = textField(part, 'content')
  if (content === '') return { errcode: 44004 }
  return Buffer.byteLength(content) > longestTextBytes ? { errcode: 45002 } : { content }
}

function readMedia(part: unknown): { mediaId: string } | Refusal {
  const mediaId = textField(part, 'media_id')
  return mediaId === '' ? { errcode: 40007 } : { mediaId }
}

function readVideo(part: unknown): MessageContent | Refusal {
  const media = readMedia(part)
  if ('errcode' in media) return media
  return { ...media, ...given(part, { thumbMediaId: 'thumb_media_id', title: 'title', description: 'description' }) }
}

function readMusic(part: unknown): MessageContent | Refusal {
  const thumbMediaId = textField(part, 'thumb_media_id')
  const names = { title: 'title', description: 'description', musicUrl: 'musicurl', hqMusicUrl: 'hqmusicurl' } as const
  return thumbMediaId === '' ? { errcode: 40007 } : { thumbMediaId, ...given(part, names) }
}

function readNews(part: unknown): MessageContent | Refusal {
  const found = field(part, 'articles')
  const articles = Array.isArray(found) ? found : []
  if (articles.length === 0) return { errcode: 44003 }
  return articles.length > mostArticles ? { errcode: 45008 } : { articles: articles.map(readArticle) }
}

function readArticle(item: unknown) {
  const [title, description] = [textField(item, 'title'), textField(item, 'description')]
  return { title, description, picUrl: textField(item, 'picurl'), url: textField(item, 'url') }
}

function readMenu(part: unknown): MessageContent | Refusal {
  const found = field(part, 'list')
  const list = Array.isArray(found) ? found : []
  if (list.length === 0) return { errcode: 44004 }
  const items = list.map(item => ({ id: String(field(item, 'id') ?? ''), content: textField(item, 'content') }))
  return { items, ...given(part, { head: 'head_content', tail: 'tail_content' }) }
}

function readPage(part: unknown, { box, app }: { box: Box; app: App }): MessageContent | Refusal {
  const target = { appid: textField(part, 'appid'), pagepath: textField(part, 'pagepath') }
  const media = textField(part, 'thumb_media_id') === '' ? { errcode: 40007 as const } : undefined
  const refused = refuseProgram(box, app, target) ?? media
  return refused ?? { ...target, ...given(part, { title: 'title', thumbMediaId: 'thumb_media_id' }) }
}

/** Those of the members that have a text. */
function given(part: unknown, names: Partial<Record<keyof MessageContent, string>>): MessageContent {
  const members = Object.entries(names).map(([name, member]) => [name, textField(part, member)])
  return Object.fromEntries(members.filter(([, text]) => text !== ''))
}
