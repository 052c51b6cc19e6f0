/** Reads what a server answers to a push: nothing, or a passive reply for the person (docs/wechat.md 9.5). */

import * as v from 'valibot'
import type { PushMode } from '../forward-target.ts'
import { decryptMessage } from './cipher.ts'
import { isJson, type PushKeys } from './envelope.ts'
import { parseBody } from './push-body.ts'
import { verifyMessageSignature } from './signature.ts'

/** An answer that WeChat would not take; `message` says why, and nothing of the answer. */
export class WrongReply extends Error {
  override readonly name = 'WrongReply'
}

/** Whom the push came from, and whether it was JSON: a reply goes to the same person, in the same form. */
type Answered = { readonly openid: string; readonly isJson: boolean }

/** The types that WeChat passes to the person, or to the customer service. */
const types = ['text', 'image', 'voice', 'video', 'music', 'news', 'transfer_customer_service'] as const
const replySchema = v.looseObject({ ToUserName: v.string(), FromUserName: v.string(), MsgType: v.picklist(types) })
const text = v.string()
const sealedSchema = v.object({ Encrypt: text, MsgSignature: text, TimeStamp: text, Nonce: text })

/** Returns the reply in plain text, undefined for `success` or an empty answer; throws WrongReply. */
export function readReply(
  answer: string,
  push: Answered,
  { keys, mode }: { readonly keys: PushKeys; readonly mode: PushMode },
): string | undefined {
  const trimmed = answer.trim()
  if (isNone(trimmed)) return undefined
  const fields = fieldsOf(trimmed)
  const isSealed = mode !== 'plain' && v.is(sealedSchema, fields)
  if (mode === 'secure' && !isSealed) throw new WrongReply('it is not encrypted, which the secure mode demands')
  const reply = isSealed ? opened(fields, keys) : trimmed
  if (isNone(reply.trim())) return undefined
  checkReply(isSealed ? fieldsOf(reply) : fields, reply, push)
  return reply
}

/** SDKs encrypt an empty answer too (docs/wechat.md 9.13). */
function isNone(answer: string): boolean {
  return answer === '' || answer === 'success'
}

function fieldsOf(answer: string): unknown {
  try {
    return parseBody(answer)
  } catch {
    throw new WrongReply('it is neither success nor a message')
  }
}

function opened(
  { Encrypt, MsgSignature, TimeStamp, Nonce }: v.InferOutput<typeof sealedSchema>,
  keys: PushKeys,
): string {
  const signed = { signature: MsgSignature, timestamp: TimeStamp, nonce: Nonce }
  if (!verifyMessageSignature(signed, Encrypt, keys.token)) throw new WrongReply('it is not signed with its Token')
  const reply = decryptMessage(Encrypt, keys.encodingAesKey ?? '', keys.appid)
  if (reply === undefined) throw new WrongReply('it is not encrypted with its EncodingAESKey for this app')
  return reply
}

function checkReply(fields: unknown, reply: string, push: Answered): void {
  const read = v.safeParse(replySchema, fields)
  if (!read.success) throw new WrongReply('it is no reply of a type that WeChat knows')
  if (read.output.ToUserName !== push.openid) throw new WrongReply('it is for somebody else')
  if (isJson(reply) !== push.isJson) throw new WrongReply('it is JSON for a push in XML, or the other way round')
}
