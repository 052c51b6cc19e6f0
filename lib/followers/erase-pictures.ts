/** Has the pictures of people removed, who wished to be forgotten or withdrew what a picture may have been made of. */

import type { Address } from '../identifiers.ts'
import type { Forgetting } from '../images/forget-images.ts'
import { ownerOf } from '../images/image-keys.ts'
import { inParallel } from '../pool.ts'
import type { Log, Queue } from '../ports.ts'
import type { PictureErasure } from './follower-news.ts'
import type { LinkUpkeep } from './ports.ts'

export type PictureErasureDeps = {
  readonly links: Pick<LinkUpkeep, 'idsOf'>
  /** The queue by which arrivals of pictures come; who is forgotten takes theirs along. */
  readonly imageArrivals: Queue<Forgetting>
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
      const ids = await Promise.all(wish.who.map(it => deps.links.idsOf(it)))
      const owners = await forgetPictures(ids.flat(), wish.at, deps)
      deps.log.info('link-followers.pictures-erased', { owners })
    } catch (error) {
      deps.log.error('link-followers.not-forgotten', { error })
      failed.push(wish)
    }
  })
  return failed
}

/** Tells who removes pictures that people with these addresses uploaded, in any mini program; answers their names there. */
export async function forgetPictures(
  ids: readonly Address[],
  at: number,
  { imageArrivals }: Pick<PictureErasureDeps, 'imageArrivals'>,
): Promise<string[]> {
  const owners = new Set(ids.flatMap(it => ('mini' in it ? ownerOf(it.mini, it.miniOpenid) : [])))
  await imageArrivals.push([...owners].map(forget => ({ forget, at, isSecond: false })))
  return [...owners]
}
