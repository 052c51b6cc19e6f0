/** Passive replies: a receiver may answer a push with a message, in WeChat's format (docs/wechat.md 9.13). */
import type { CallbackConfig } from './callback-config.ts'
import { field, isFields, parseJson } from './json.ts'
import { readXml } from './read-xml.ts'
import type { Reply } from './reply-content.ts'
import { readContent } from './reply-content.ts'
import { decrypt, sign } from './signature.ts'

/** Who the reply must be from and to; `isMessage` if it answers a message and not an event. */
export type Question = { openid: string; originalId: string; appid: string; isMessage: boolean }

type Locks = Pick<CallbackConfig, 'mode' | 'token' | 'aesKey' | 'format'>

/** Reads an answer as a reply: a plain message, or in the other modes a signed and encrypted one; undefined if it is none. */
export function readReply(answer: string, locks: Locks, question: Question): Reply | undefined {
  const outer = read(answer.trim(), locks)
  if (outer === undefined) return undefined
  const isEncrypted = textOf(outer, 'Encrypt') !== ''
  if (isEncrypted ? locks.mode === 'plain' : locks.mode === 'secure') return undefined
  const message = isEncrypted ? openEnvelope(outer, locks, question.appid) : outer
  return message !== undefined && isBetween(message, question) ? readContent(message, question.isMessage) : undefined
}

/** The message in an envelope that was signed with the Token, and encrypted for this app. */
function openEnvelope(envelope: unknown, { token, aesKey, ...locks }: Locks, appid: string): unknown {
  const ciphertext = textOf(envelope, 'Encrypt')
  const signature = sign(token, textOf(envelope, 'TimeStamp'), textOf(envelope, 'Nonce'), ciphertext)
  if (textOf(envelope, 'MsgSignature') !== signature) return undefined
  const opened = decrypt(ciphertext, aesKey)
  return opened?.appid === appid ? read(opened.message.trim(), locks) : undefined
}

/** Sender and receiver change places, and the time is a number, maybe in milliseconds; all are required. */
function isBetween(message: unknown, { openid, originalId }: Question): boolean {
  const isOurs = textOf(message, 'ToUserName') === openid && textOf(message, 'FromUserName') === originalId
  return isOurs && /^\d{1,13}$/.test(textOf(message, 'CreateTime'))
}

/** A reply has the format of the push: JSON to an app whose push is XML is abnormal data to WeChat. */
function read(text: string, { format }: Pick<CallbackConfig, 'format'>): unknown {
  if (format === 'xml') return readXml(text)
  const members = parseJson(Buffer.from(text))
  return isFields(members) ? members : undefined
}

function textOf(parent: unknown, name: string): string {
  const value = field(parent, name)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
