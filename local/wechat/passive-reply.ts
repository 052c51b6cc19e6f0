/** Passive replies: a receiver may answer a push with a message, in WeChat's format (docs/wechat.md 9.5). */
import type { CallbackConfig } from './callback-config.ts'
import { field, isFields, parseJson } from './json.ts'
import { sign } from './signature.ts'

type Names = (name: string) => string

/** Returns whether an answer is a reply: a plain message, or in the other modes a signed and encrypted one. */
export function isPassiveReply(answer: string, { mode, token }: Pick<CallbackConfig, 'mode' | 'token'>): boolean {
  const read = reader(answer.trim())
  if (read === undefined) return false
  const ciphertext = read('Encrypt')
  if (ciphertext === '') return mode !== 'secure' && read('MsgType') !== ''
  return mode !== 'plain' && read('MsgSignature') === sign(token, read('TimeStamp'), read('Nonce'), ciphertext)
}

/** How to read a member of XML, or of the mini program's JSON; undefined for other texts. */
function reader(text: string): Names | undefined {
  if (/^<xml>.*<\/xml>$/s.test(text)) return name => elementOf(text, name)
  const members = parseJson(Buffer.from(text))
  return isFields(members) ? name => String(field(members, name) ?? '') : undefined
}

function elementOf(xml: string, name: string): string {
  const [, content = ''] = new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml) ?? []
  return /^<!\[CDATA\[(.*)\]\]>$/s.exec(content)?.[1] ?? content
}
