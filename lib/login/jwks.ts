/** Publishes the public keys of the session tokens. */

import type { SessionChecker } from '../ports.ts'

export type JwksDeps = { readonly sessions: Pick<SessionChecker, 'publicKeys'> }

/** Answers a JWK Set; no private part is in it. */
export function getJwks({ sessions }: JwksDeps): ReturnType<SessionChecker['publicKeys']> {
  return sessions.publicKeys()
}
