/** Signature and encryption of the message push, the sender's side (docs/wechat.md 9.4). */
import { createCipheriv, createHash } from 'node:crypto'

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
