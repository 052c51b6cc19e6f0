/** The session token of a request. */

import { RequestError } from './errors.ts'

/** Longer than any token we issue; longer values are not parsed. */
const maxTokenLength = 4096

/** Reads the token from an `Authorization` header; throws RequestError 401 if there is none. */
export function bearerOf(authorization: string | undefined): string {
  const token = /^Bearer +([A-Za-z0-9._-]+) *$/i.exec(authorization ?? '')?.[1]
  if (token === undefined || token.length > maxTokenLength) {
    throw new RequestError('session-missing', 401, 'Send the session token as "Authorization: Bearer <token>".')
  }
  return token
}
