/** Has the pictures of people removed, who wished to be forgotten or withdrew what a picture may have been made of. */

import type { AppId } from '../identifiers.ts'
import type { Forgetting } from '../images/forget-images.ts'
import { ownerOf } from '../images/image-keys.ts'
import { inParallel } from '../pool.ts'
import type { Log, Queue } from '../ports.ts'
import type { PictureErasure } from './follower-news.ts'
import { oneByOne } from './person-ids.ts'
import type { LinkUpkeep, PersonIds } from './ports.ts'

export type PictureErasureDeps = {
  readonly links: Pick<LinkUpkeep, 'idsOf'>
  /** The queue by which arrivals of pictures come; who is forgotten takes theirs along. */
  readonly imageArrivals: Queue<Forgetting>
  readonly miniAppid: AppId
  readonly log: Log
}

const atOnce = 10

/** Has the pictures of people removed who withdrew only what these may have been made of; answers what failed. */
export async function erasePictures<E extends PictureErasure>(
  wishes: readonly E[],
  deps: PictureErasureDeps,
): Promise<E[]> {
  const failed: E[] = []
  await inParallel(wishes, atOnce, async wish => {
    try {
      const people = await Promise.all(oneByOne(wish.who).map(deps.links.idsOf))
      const owners = await forgetPictures(people, wish.at, deps)
      deps.log.info('link-followers.pictures-erased', { owners })
    } catch (error) {
      deps.log.error('link-followers.not-forgotten', { error })
      failed.push(wish)
    }
  })
  return failed
}

/** Tells who removes pictures of these people's; answers the names that they have there. */
export async function forgetPictures(
  people: readonly PersonIds[],
  at: number,
  { imageArrivals, miniAppid }: Pick<PictureErasureDeps, 'imageArrivals' | 'miniAppid'>,
): Promise<string[]> {
  const miniOpenids = new Set(people.flatMap(it => it.miniOpenid ?? []))
  const owners = [...miniOpenids].map(it => ownerOf(miniAppid, it))
  await imageArrivals.push(owners.map(forget => ({ forget, at, isSecond: false })))
  return owners
}
