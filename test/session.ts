/** A key pair and session tokens for tests. */

import { generateKeyPairSync } from 'node:crypto'

import { createSessionTokens } from '../lib/adapters/session-tokens.ts'
import type { SessionTokens } from '../lib/ports.ts'
import { miniAppid } from './ids.ts'

/** A JWK Set of private RSA keys with these names. */
export function keySet(...kids: string[]): string {
  const keys = kids.map(kid => ({
    ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
    kid,
  }))
  return JSON.stringify({ keys })
}

/** Session tokens of one day under these keys and this clock. */
export function sessionsWith(keys: () => Promise<string | undefined>, now: () => number): SessionTokens {
  return createSessionTokens({ keys, issuer: 'queqiao-test', audience: miniAppid, lifeSeconds: 86_400, now })
}
