/** Publishes the public keys of the session tokens. */

import type { SessionTokens } from './ports.ts'

export type JwksDeps = { readonly sessions: Pick<SessionTokens, 'publicKeys'> }

/** Answers a JWK Set; no private part is in it. */
export function getJwks({ sessions }: JwksDeps): ReturnType<SessionTokens['publicKeys']> {
  return sessions.publicKeys()
}
