/**
 * Openids and unionids as a reversible coding of a person's number, so that millions of people need no table of strings: 28
 * characters, `o`, five characters of the account, then one AES block of 22 characters that looks random and decodes in O(1).
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'

const blockBytes = 16
const ID = /^o[A-Za-z0-9_-]{27}$/
/** Fills the half of the block without a number; a decoded block without it is not one of ours. */
const mark = 0x71756571

/** Creates the coding of one account; the same scope gives the same ids in every run. */
export function createIdCoding(scope: string) {
  const secret = createHash('sha256').update(scope).digest()
  const prefix = `o${secret.subarray(16).toString('base64url').slice(0, 5)}`
  // One cipher object is reused: ECB blocks are independent, and without padding every update returns its whole output.
  const cipher = createCipheriv('aes-128-ecb', secret.subarray(0, blockBytes), null).setAutoPadding(false)
  const decipher = createDecipheriv('aes-128-ecb', secret.subarray(0, blockBytes), null).setAutoPadding(false)

  /** Writes the ids of many people with one call of the cipher. */
  function encodeAll(people: readonly number[]): string[] {
    const plain = Buffer.alloc(people.length * blockBytes)
    people.forEach((person, at) => {
      plain.writeUInt32BE(mark, at * blockBytes + 4)
      plain.writeUInt32BE(person, at * blockBytes + 12)
    })
    const blocks = cipher.update(plain)
    return people.map((_, at) => prefix + blocks.toString('base64url', at * blockBytes, (at + 1) * blockBytes))
  }

  /** Decodes a person's number; undefined if the id is malformed or of another account. */
  function decode(id: unknown): number | undefined {
    if (typeof id !== 'string' || !ID.test(id) || !id.startsWith(prefix)) return undefined
    const block = Buffer.from(id.slice(prefix.length), 'base64url')
    // 22 characters hold four bits more than a block: only the canonical spelling is valid.
    if (block.toString('base64url') !== id.slice(prefix.length)) return undefined
    const plain = decipher.update(block)
    const ours = plain.readUInt32BE(0) === 0 && plain.readUInt32BE(4) === mark && plain.readUInt32BE(8) === 0
    return ours ? plain.readUInt32BE(12) : undefined
  }

  return { encode: (person: number) => encodeAll([person])[0] ?? '', encodeAll, decode }
}
