/** Tells a logged-in user whether messages can reach them. */

import { bearerOf } from '../bearer.ts'
import { type Reach, reachOf, readable } from '../followers/link.ts'
import type { LinkStore } from '../followers/ports.ts'
import type { SessionChecker } from '../ports.ts'

export type MeDeps = {
  readonly sessions: Pick<SessionChecker, 'verify'>
  readonly links: Pick<LinkStore, 'resolve'>
}

/** `followedAt` is RFC 3339, present only while the user follows. */
export type MeAnswer = { readonly reach: Reach; readonly followedAt?: string }

/** Answers the bearer of a session token; throws RequestError 401 without a valid one. */
export async function getMe(authorization: string | undefined, { sessions, links }: MeDeps): Promise<MeAnswer> {
  const { miniOpenid } = await sessions.verify(bearerOf(authorization))
  const [found] = await links.resolve([{ miniOpenid }])
  const person = readable(found)
  const reach = reachOf({ miniOpenid }, person)
  const { followedAt } = person
  return { reach, ...(followedAt === undefined ? {} : { followedAt: new Date(followedAt * 1000).toISOString() }) }
}
