/** Publishes the public keys that verify session tokens. */

import type { SessionChecker } from '../ports.ts'

export type JwksDeps = { readonly sessions: Pick<SessionChecker, 'publicKeys'> }

/** Returns a JWK Set without private fields. */
export function getJwks({ sessions }: JwksDeps): ReturnType<SessionChecker['publicKeys']> {
  return sessions.publicKeys()
}
