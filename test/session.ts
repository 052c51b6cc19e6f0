/** A key pair and session tokens for tests. */

import { generateKeyPairSync } from 'node:crypto'
import { appids } from '../kit/app.ts'
import { createSessionChecker, createSessionSigner } from '../lib/adapters/session-tokens.ts'
import type { SessionChecker, SessionSigner } from '../lib/ports.ts'
import { publicKeysOf } from '../local/secrets.ts'
import { miniAppid } from './ids.ts'

/** A JWK Set of private RSA keys with these names. */
export function keySet(...kids: string[]): string {
  const keys = kids.map(kid => ({
    ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
    kid,
  }))
  return JSON.stringify({ keys })
}

type Keys = () => Promise<string | undefined>

const known = { issuer: 'queqiao-test' }
/** A mini program of each of two pairs. */
const minis = [miniAppid, appids.mini]

/** Session tokens of one day under these private keys and this clock. */
export function sessionsWith(keys: Keys, now: () => number): SessionSigner & SessionChecker {
  const publicKeys = async () => {
    const text = await keys()
    return text && publicKeysOf(text)
  }
  return { ...createSessionSigner({ ...known, keys, lifeSeconds: 86_400 }), ...checkerWith(publicKeys, now) }
}

/** Checks session tokens by these public keys. */
export function checkerWith(keys: Keys, now: () => number): SessionChecker {
  return createSessionChecker({ ...known, minis, keys, now })
}
