import { createDecipheriv } from 'node:crypto'
import { defaultCallback } from '../../../local/wechat/defaults.ts'

/** Opens what the box encrypted, by default with its default key, as its receiver would. */
export function decryptPush(ciphertext: string, aesKey: string = defaultCallback.aesKey) {
  const key = Buffer.from(`${aesKey}=`, 'base64')
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(ciphertext, 'base64'), decipher.final()])
  const plain = padded.subarray(0, padded.length - (padded.at(-1) ?? 0))
  const length = plain.readUInt32BE(16)
  return {
    length: padded.length,
    message: plain.subarray(20, 20 + length).toString(),
    appid: plain.subarray(20 + length).toString(),
  }
}
