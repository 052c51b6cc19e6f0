/** The signatures of WeChat's callbacks, for plain and encrypted bodies (docs/wechat.md 9.2). */

import { createHash, timingSafeEqual } from 'node:crypto'

export type SignedQuery = {
  readonly signature?: string | undefined
  readonly timestamp?: string | undefined
  readonly nonce?: string | undefined
}

/** Verifies the `signature` over token, timestamp and nonce. It does not cover the body. */
export function verifySignature({ signature = '', timestamp = '', nonce = '' }: SignedQuery, token: string): boolean {
  return isSame(signature, sign([token, timestamp, nonce]))
}

/** Verifies the query's msg_signature over token, timestamp, nonce and Encrypt. */
export function verifyMessageSignature(query: SignedQuery, encrypted: string, token: string): boolean {
  const { signature = '', timestamp = '', nonce = '' } = query
  return isSame(signature, sign([token, timestamp, nonce, encrypted]))
}

/** Signs a query as WeChat does: for servers behind us, and to test our own callback. */
export function signQuery<T extends { timestamp: string; nonce: string }>(
  query: T,
  token: string,
): T & { signature: string } {
  return { ...query, signature: sign([token, query.timestamp, query.nonce]) }
}

/** Signs an encrypted message as WeChat does; becomes `msg_signature` of a query, and `MsgSignature` of a reply. */
export function signMessage(query: { timestamp: string; nonce: string }, encrypted: string, token: string): string {
  return sign([token, query.timestamp, query.nonce, encrypted])
}

/** SHA-1, in lower-case hex, of the parts sorted by bytes and concatenated. */
function sign(parts: readonly string[]): string {
  const sorted = parts.map(it => Buffer.from(it)).sort(Buffer.compare)
  return createHash('sha1').update(Buffer.concat(sorted)).digest('hex')
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}
