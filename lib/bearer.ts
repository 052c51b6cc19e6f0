/** The session token that a request carries. */

import { RequestError } from './errors.ts'

/** Longer than any token of ours: what follows is not even parsed. */
const maxTokenLength = 4096

/** Takes the token out of an `Authorization` header; throws RequestError 401 where there is none. */
export function bearerOf(authorization: string | undefined): string {
  const token = /^Bearer +([A-Za-z0-9._-]+) *$/i.exec(authorization ?? '')?.[1]
  if (token === undefined || token.length > maxTokenLength) {
    throw new RequestError('session-missing', 401, 'Send the session token as "Authorization: Bearer <token>".')
  }
  return token
}
