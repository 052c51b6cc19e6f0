/** What a receiver answers with: passive replies, plain and encrypted. */
import { defaultAccounts, defaultCallback } from '../../../local/wechat/defaults.ts'
import { encrypt, sign } from '../../../local/wechat/signature.ts'
import { decryptPush } from './decrypt-push.ts'
import { noon } from './open-test-box.ts'
import type { Received } from './receiver.ts'

const { appid } = defaultAccounts.official

export const text = (content: string) => `<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content>`

/** The message in a push, decrypted where it is encrypted. */
export function messageIn({ body }: Received): string {
  const ciphertext = elementIn(body, 'Encrypt')
  return ciphertext === '' ? body : decryptPush(ciphertext).message
}

/** One element's text, in a CDATA section or bare. */
export function elementIn(xml: string, name: string): string {
  return new RegExp(`<${name}>(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</${name}>`, 's').exec(xml)?.[1] ?? ''
}

/** A reply with the two names exchanged; `parts` are its type and content. */
export function replyTo(received: Received, parts: string): string {
  const message = messageIn(received)
  const [to, from] = [elementIn(message, 'FromUserName'), elementIn(message, 'ToUserName')]
  const names = `<ToUserName><![CDATA[${to}]]></ToUserName>\n<FromUserName><![CDATA[${from}]]></FromUserName>`
  return `<xml>${names}<CreateTime>${noon / 1000}</CreateTime>${parts}</xml>\n`
}

/** The encrypted form, as XML; the settings say what is wrong with it. */
export function seal(reply: string, wrong: { token?: string; aesKey?: string; appid?: string } = {}): string {
  const locks = { ...defaultCallback, appid, ...wrong }
  const about = { Encrypt: encrypt(reply, locks, Buffer.alloc(16)), TimeStamp: String(noon / 1000), Nonce: '7' }
  const signature = sign(locks.token, about.TimeStamp, about.Nonce, about.Encrypt)
  const sealed = `<Encrypt><![CDATA[${about.Encrypt}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature>`
  return `<xml>${sealed}<TimeStamp>${about.TimeStamp}</TimeStamp><Nonce><![CDATA[7]]></Nonce></xml>`
}
