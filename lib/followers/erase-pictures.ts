/** Has the pictures of people removed, who requested their erasure or withdrew what a picture may have been made of. */

import { ownerOf } from '../images/image-keys.ts'
import { inParallel } from '../pool.ts'
import type { LinkFollowersDeps } from './deps.ts'
import type { PictureErasure } from './follower-news.ts'
import { oneByOne } from './person-ids.ts'
import type { PersonIds } from './ports.ts'

const atOnce = 10

/** Has the pictures of people removed who withdrew only what these may have been made of; answers what failed. */
export async function erasePictures<E extends PictureErasure>(
  requests: readonly E[],
  deps: LinkFollowersDeps,
): Promise<E[]> {
  const failed: E[] = []
  await inParallel(requests, atOnce, async request => {
    try {
      const people = await Promise.all(oneByOne(request.who).map(deps.links.idsOf))
      const owners = await forgetPictures(people, request.at, deps)
      deps.log.info('link-followers.pictures-erased', { owners })
    } catch (error) {
      deps.log.error('link-followers.not-forgotten', { error })
      failed.push(request)
    }
  })
  return failed
}

/** Tells who removes pictures of these people's; answers the names that they have there. */
export async function forgetPictures(
  people: readonly PersonIds[],
  at: number,
  { imageArrivals, miniAppid }: LinkFollowersDeps,
): Promise<string[]> {
  const miniOpenids = new Set(people.flatMap(it => it.miniOpenid ?? []))
  const owners = [...miniOpenids].map(it => ownerOf(miniAppid, it))
  await imageArrivals.push(owners.map(forget => ({ forget, at, isSecond: false })))
  return owners
}
