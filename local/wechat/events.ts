/** Events as they are pushed: XML, or the JSON that a mini program may choose. */
import type { CallbackConfig } from './callback-config.ts'

type Format = CallbackConfig['format']

/** The value of a field; numbers, objects and lists of them only where real events have them. */
export type EventValue = string | number | readonly EventValue[] | { readonly [name: string]: EventValue }

/**
 * An event about one person, or a message from them, whose `event` is then its type; `fields` follow the common ones, in this
 * order.
 */
export type WeChatEvent = {
  openid: string
  event: string
  isMessage?: true
  fields: Record<string, EventValue>
}

/** Fields that WeChat writes as bare numbers. */
const bareNumbers = new Set(['MsgID', 'MsgId', 'MenuId'])

/** What XML cannot hold, however it is written: control characters and halves of surrogate pairs. */
const unwritable = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

/** Writes the whole message. */
export function writeEvent(
  event: WeChatEvent,
  { originalId, createTime, format }: { originalId: string; createTime: number; format: Format },
): string {
  const fields = {
    ToUserName: originalId,
    FromUserName: event.openid,
    CreateTime: createTime,
    ...(event.isMessage ? { MsgType: event.event } : { MsgType: 'event', Event: event.event }),
    ...event.fields,
  }
  return format === 'json' ? JSON.stringify(fields) : wrap(elements(fields))
}

/** Encrypts a message in its envelope: alone (secure), or beside its own plain fields (compatible). */
export function writeEnvelope(
  ciphertext: string,
  message: { plain: string; originalId: string; compatible: boolean; format: Format },
): string {
  if (message.format === 'json') {
    const encrypted = JSON.stringify({ ToUserName: message.originalId, Encrypt: ciphertext })
    return message.compatible ? `${message.plain.slice(0, -1)},"Encrypt":${JSON.stringify(ciphertext)}}` : encrypted
  }
  const encrypted = element('Encrypt', ciphertext)
  if (message.compatible) return message.plain.replace(/<\/xml>$/, () => `${encrypted}</xml>`)
  return wrap([element('ToUserName', message.originalId), encrypted])
}

function wrap(elements: readonly string[]): string {
  return `<xml>${elements.join('')}</xml>`
}

function elements(fields: { readonly [name: string]: EventValue }): string[] {
  return Object.entries(fields).map(([name, value]) => element(name, value))
}

function element(name: string, value: EventValue): string {
  if (typeof value === 'number') return `<${name}>${value}</${name}>`
  if (isList(value)) return value.map(it => element(name, it)).join('')
  if (typeof value === 'object') return `<${name}>${elements(value).join('')}</${name}>`
  if (bareNumbers.has(name) && /^\d+$/.test(value)) return `<${name}>${value}</${name}>`
  const text = value.replace(unwritable, '').replaceAll(']]>', ']]]]><![CDATA[>')
  return `<${name}><![CDATA[${text}]]></${name}>`
}

function isList(value: EventValue): value is readonly EventValue[] {
  return Array.isArray(value)
}
