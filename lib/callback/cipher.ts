/** Finds, decrypts and encrypts the encrypted part of a callback, in compatible and secure mode (docs/wechat.md 9.4). */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const randomLength = 16
const lengthBytes = 4
/** PKCS#7 with blocks of 32 bytes, not AES's own 16. */
const maxPadding = 32

/**
 * The field in XML and in JSON; only JSON may escape its slashes with backslashes. WeChat's own have 88 letters at least: two
 * blocks of 32 bytes.
 */
const fields = [
  /<Encrypt>\s{0,9}(?:<!\[CDATA\[)?([A-Za-z0-9+/=]{88,})/g,
  /"\s{0,9}Encrypt\s{0,9}"\s{0,9}:\s{0,9}"([A-Za-z0-9+/=\\]{88,})"/g,
]

/**
 * Finds all that may be the encrypted part of a body: in compatible mode a person's message, which is in the body too, may
 * look like it any number of times, and where it ends is not certain. The signature tells which one is WeChat's. Uses no
 * parser: an unsigned body must cost no more than one scan.
 */
export function findEncrypted(body: string): string[] {
  return fields.flatMap(field => [...body.matchAll(field)]).map(([, text = '']) => text.replaceAll('\\/', '/'))
}

/** Decrypts a message; undefined if it was not encrypted with this key for this appid. */
export function decryptMessage(encrypted: string, encodingAesKey: string, appid: string): string | undefined {
  const plain = decrypt(Buffer.from(encrypted, 'base64'), Buffer.from(`${encodingAesKey}=`, 'base64'))
  const padding = plain?.at(-1) ?? 0
  if (plain === undefined || padding < 1 || padding > maxPadding) return undefined
  const content = plain.subarray(0, plain.byteLength - padding)
  if (content.byteLength < randomLength + lengthBytes) return undefined
  const start = randomLength + lengthBytes
  const end = start + content.readUInt32BE(randomLength)
  if (content.subarray(end).toString() !== appid) return undefined
  return content.subarray(start, end).toString()
}

/** Encrypts a message for the app of this appid, as WeChat does; `random` has 16 bytes. */
export function encryptMessage(
  message: string,
  { encodingAesKey, appid }: { readonly encodingAesKey: string; readonly appid: string },
  random: Uint8Array = randomBytes(randomLength),
): string {
  const text = Buffer.from(message)
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32BE(text.byteLength)
  const content = Buffer.concat([random, length, text, Buffer.from(appid)])
  const padding = maxPadding - (content.byteLength % maxPadding)
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([content, Buffer.alloc(padding, padding)])
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64')
}

function decrypt(cipherText: Buffer, key: Buffer): Buffer | undefined {
  if (cipherText.byteLength === 0 || cipherText.byteLength % 16 !== 0) return undefined
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([decipher.update(cipherText), decipher.final()])
}
