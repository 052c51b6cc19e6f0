/** The content of passive replies by type: what WeChat requires, and what the phone shows (docs/wechat.md 9.13). */
import { field, textField } from './json.ts'
import type { Article, MessageContent } from './message-content.ts'
import { elementsOf } from './read-xml.ts'

/** A reply to one push. */
export type Reply = MessageContent & { type: string }

/** Articles of an answer to a person's message, and to anything else; what is over is left out. */
const mostArticles = { message: 1, event: 8 }

type Reader = (message: unknown, isMessage: boolean) => MessageContent | undefined

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['text', readText],
  ['image', message => readMedia(field(message, 'Image'))],
  ['voice', message => readMedia(field(message, 'Voice'))],
  ['video', readVideo],
  ['music', readMusic],
  ['news', readNews],
  ['transfer_customer_service', readTransfer],
])

/** Reads a reply's content; undefined if its type is unknown or a required part is missing. */
export function readContent(message: unknown, isMessage: boolean): Reply | undefined {
  const type = textField(message, 'MsgType')
  const content = readers.get(type)?.(message, isMessage)
  return content === undefined ? undefined : { type, ...content }
}

function readText(message: unknown): MessageContent | undefined {
  const content = textField(message, 'Content')
  return content === '' ? undefined : { content }
}

function readMedia(media: unknown): { mediaId: string } | undefined {
  const mediaId = textField(media, 'MediaId')
  return mediaId === '' ? undefined : { mediaId }
}

function readVideo(message: unknown): MessageContent | undefined {
  const video = field(message, 'Video')
  const media = readMedia(video)
  return media && { ...media, ...given(video, { title: 'Title', description: 'Description' }) }
}

/** Only the thumbnail is required. */
function readMusic(message: unknown): MessageContent | undefined {
  const music = field(message, 'Music')
  const thumbMediaId = textField(music, 'ThumbMediaId')
  const names = { title: 'Title', description: 'Description', musicUrl: 'MusicUrl', hqMusicUrl: 'HQMusicUrl' }
  return thumbMediaId === '' ? undefined : { thumbMediaId, ...given(music, names) }
}

function readNews(message: unknown, isMessage: boolean): MessageContent | undefined {
  const articles = elementsOf(field(message, 'Articles'), 'item').map(readArticle)
  const text = String(field(message, 'ArticleCount') ?? '')
  const count = /^\d{1,2}$/.test(text) ? Number(text) : 0
  if (count === 0 || count > articles.length) return undefined
  return { articles: articles.slice(0, Math.min(count, isMessage ? mostArticles.message : mostArticles.event)) }
}

function readArticle(item: unknown): Article {
  const [title, description] = [textField(item, 'Title'), textField(item, 'Description')]
  return { title, description, picUrl: textField(item, 'PicUrl'), url: textField(item, 'Url') }
}

/** Shows nothing: the message goes to the people at the account's customer service. */
function readTransfer(message: unknown): MessageContent {
  return given(field(message, 'TransInfo'), { kfAccount: 'KfAccount' })
}

/** Those of the elements that have a text. */
function given<K extends string>(parent: unknown, names: Record<K, string>): { [key in K]?: string } {
  const members: { [key in K]?: string } = {}
  for (const key of Object.keys(names) as K[]) {
    const text = textField(parent, names[key])
    if (text !== '') members[key] = text
  }
  return members
}
