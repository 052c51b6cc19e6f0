/** Tells a logged-in user whether messages can reach them. */

import type { MiniProgram } from '../apps.ts'
import { bearerOf } from '../bearer.ts'
import { RequestError } from '../errors.ts'
import { personIn, type Reach, reachOf, readable } from '../followers/link.ts'
import type { LinkStore } from '../followers/ports.ts'
import type { MiniAppId, OfficialAppId } from '../identifiers.ts'
import type { SessionChecker } from '../ports.ts'

export type MeDeps = {
  readonly sessions: Pick<SessionChecker, 'verify'>
  readonly links: Pick<LinkStore, 'resolve'>
  readonly minis: readonly MiniProgram[]
}

/** `followedAt` is RFC 3339, present only while the user follows. */
export type MeAnswer = { readonly reach: Reach; readonly followedAt?: string }

/** Answers the bearer of a session token; throws RequestError 401 without a valid one. */
export async function getMe(authorization: string | undefined, { sessions, links, minis }: MeDeps): Promise<MeAnswer> {
  const { mini, miniOpenid } = await sessions.verify(bearerOf(authorization))
  const [found] = await links.resolve([{ mini, miniOpenid }])
  const person = readable(personIn(found, followedBy(mini, minis)))
  const reach = reachOf(person)
  const { followedAt } = person
  return { reach, ...(followedAt === undefined ? {} : { followedAt: new Date(followedAt * 1000).toISOString() }) }
}

/** The Official Account that the users of a mini program are to follow; a session is of none but these. */
function followedBy(mini: MiniAppId, minis: readonly MiniProgram[]): OfficialAppId {
  const app = minis.find(it => it.appid === mini)
  if (app === undefined) throw new RequestError('session-invalid', 401, 'The session token is not valid: log in again.')
  return app.follows.appid
}
