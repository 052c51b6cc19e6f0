/** Encrypts texts with a secret that nobody keeps: without it a table that holds them is unreadable. */

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

/** Encrypts a text. The secret has to be one that cannot be guessed, and names what the text is for. */
export function sealText(text: string, secret: string): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, keyOf(secret), iv)
  const body = [cipher.update(text), cipher.final()]
  return Buffer.concat([iv, cipher.getAuthTag(), ...body]).toString('base64')
}

/** Decrypts a text; throws unless the secret is the one that it was sealed with. */
export function openText(sealed: string, secret: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv(algorithm, keyOf(secret), bytes.subarray(0, ivBytes))
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
  return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString()
}

function keyOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
