/** Reads what a server answers to a push: nothing, or a passive reply for the person (docs/wechat.md 9.5). */

import * as v from 'valibot'
import type { PushMode } from '../forward-url.ts'
import { decryptMessage } from './cipher.ts'
import { isJson, type PushKeys } from './envelope.ts'
import { parseBody } from './push-body.ts'
import { isWholeReply } from './reply-form.ts'
import { verifyMessageSignature } from './signature.ts'

/** An answer that WeChat would not take; `message` says why, and nothing of the answer. */
export class WrongReply extends Error {
  override readonly name = 'WrongReply'
}

/** What the push was: a reply goes from its account to its person, in its form. */
type Answered = { readonly openid: string; readonly account: string; readonly isJson: boolean }

const text = v.string()
const namesSchema = v.looseObject({ ToUserName: text, FromUserName: text })
const sealedSchema = v.object({ Encrypt: text, MsgSignature: text, TimeStamp: text, Nonce: text })

/** Returns the reply in plain text, undefined for `success` or an empty answer; throws WrongReply. */
export function readReply(
  answer: string,
  push: Answered,
  { keys, mode }: { readonly keys: PushKeys; readonly mode: PushMode },
): string | undefined {
  const trimmed = withoutProlog(answer)
  if (isNone(trimmed)) return undefined
  const fields = fieldsOf(trimmed)
  const isSealed = mode !== 'plain' && v.is(sealedSchema, fields)
  if (mode === 'secure' && !isSealed) throw new WrongReply('it is not encrypted, which the secure mode demands')
  const reply = isSealed ? withoutProlog(opened(fields, keys)) : trimmed
  if (isNone(reply)) return undefined
  checkReply(isSealed ? fieldsOf(reply) : fields, reply, push)
  return reply
}

/** SDKs encrypt an empty answer too (docs/wechat.md 9.13). */
function isNone(answer: string): boolean {
  return answer === '' || answer === 'success'
}

/** Many libraries write one; WeChat's examples have none. */
function withoutProlog(answer: string): string {
  return answer.replace(/^\s*<\?xml[^<>]*\?>/, '').trim()
}

function fieldsOf(answer: string): unknown {
  // The parser takes what is cut off for whole.
  if (!isJson(answer) && !/^<xml>[\s\S]*<\/xml>$/.test(answer))
    throw new WrongReply('it is neither success nor a message')
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

/** WeChat takes nothing less: a bad reply would be repeated twice, and then shown to the person as a fault of the account. */
function checkReply(fields: unknown, reply: string, push: Answered): void {
  if (isJson(reply) !== push.isJson) throw new WrongReply('it is JSON for a push in XML, or the other way round')
  if (!v.is(namesSchema, fields)) throw new WrongReply('it names no person or no account')
  if (fields.ToUserName !== push.openid) throw new WrongReply('it is for somebody else')
  if (fields.FromUserName !== push.account) throw new WrongReply('it is from another account')
  if (!isWholeReply(fields))
    throw new WrongReply('it lacks what a reply of its type must have, or is of no type that WeChat knows')
}
