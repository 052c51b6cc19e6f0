/** Signature and encryption of the message push, WeChat's side (docs/wechat.md 9.4). */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'

/** WeChat pads to 32 bytes, twice the block size of AES: ordinary unpadders refuse what is left after 16. */
const padding = 32

/** SHA-1 over the sorted parts: `signature` of token, timestamp and nonce; with the ciphertext as fourth part `msg_signature`. */
export function sign(...parts: readonly string[]): string {
  const sorted = [...parts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return createHash('sha1').update(sorted.join('')).digest('hex')
}

/** Encrypts a message for the receiver with this EncodingAESKey; `random` are 16 bytes. */
export function encrypt(message: string, receiver: { aesKey: string; appid: string }, random: Uint8Array): string {
  const key = Buffer.from(`${receiver.aesKey}=`, 'base64')
  const text = Buffer.from(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  const plain = Buffer.concat([random, length, text, Buffer.from(receiver.appid)])
  const fill = padding - (plain.length % padding)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(fill, fill)), cipher.final()]).toString(
    'base64',
  )
}

/** Decrypts what a receiver encrypted; undefined if it is damaged, or encrypted with another key. */
export function decrypt(ciphertext: string, aesKey: string): { message: string; appid: string } | undefined {
  const key = Buffer.from(`${aesKey}=`, 'base64')
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
    const padded = Buffer.concat([decipher.update(ciphertext, 'base64'), decipher.final()])
    return takeApart(padded.subarray(0, padded.length - fillOf(padded)))
  } catch {
    return undefined
  }
}

/** How much padding there is; throws if it is not the expected one. */
function fillOf(padded: Buffer): number {
  const fill = padded.at(-1) ?? 0
  const right = fill >= 1 && fill <= padding && padded.subarray(-fill).every(byte => byte === fill)
  if (!right) throw new Error('wrong padding')
  return fill
}

/** Throws if the length in front is not that of a message. */
function takeApart(plain: Buffer): { message: string; appid: string } {
  const end = 20 + plain.readUInt32BE(16)
  if (end > plain.length) throw new Error('wrong length')
  return { message: plain.subarray(20, end).toString(), appid: plain.subarray(end).toString() }
}
