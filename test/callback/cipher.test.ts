import { createCipheriv } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { decryptMessage } from '../../lib/callback/cipher.ts'
import { officialAppid } from '../ids.ts'

const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'

/** Encrypts whatever bytes these are, padding and all. */
function encryptBytes(bytes: Buffer): string {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(bytes), cipher.final()]).toString('base64')
}

/** 16 random bytes, the length in 4, the message, the appid; then so many bytes of padding. */
function padded(message: string, padding?: number): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(message))
  const content = Buffer.concat([Buffer.alloc(16, 'r'), length, Buffer.from(message), Buffer.from(officialAppid)])
  const count = padding ?? 32 - (content.byteLength % 32)
  return Buffer.concat([content, Buffer.alloc(count, count)])
}

const decrypt = (bytes: Buffer) => decryptMessage(encryptBytes(bytes), encodingAesKey, officialAppid)

describe('decryptMessage', () => {
  it('takes each padding of 1 to 32 bytes: WeChat fills blocks of 32', () => {
    const messages = Array.from({ length: 32 }, (_, length) => 'm'.repeat(length))
    expect(new Set(messages.map(it => padded(it).at(-1))).size).toBe(32)
    expect(messages.map(it => decrypt(padded(it)))).toEqual(messages)
  })

  it('refuses a padding that WeChat cannot have made', () => {
    // 16 + 4 + 10 + 18 bytes are whole blocks of AES, as 48 or 0 bytes of padding are.
    const message = 'm'.repeat(10)
    expect(decrypt(padded(message, 16))).toBe(message)
    expect(decrypt(padded(message, 48))).toBeUndefined()
    expect(decrypt(Buffer.concat([padded(message, 0), Buffer.alloc(16)]))).toBeUndefined()
  })

  it.each([0, 1, 15, 16, 19])(
    'refuses, and does not fail over, content of %i bytes: it has no room for a length',
    size => {
      const padding = 32 - size
      expect(decrypt(Buffer.concat([Buffer.alloc(size, 1), Buffer.alloc(padding, padding)]))).toBeUndefined()
    },
  )
})
