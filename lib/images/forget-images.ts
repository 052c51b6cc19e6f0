/** Removes what a person who wished to be forgotten had uploaded: the rows and the files, however far they came. */

import * as v from 'valibot'
import { inParallel } from '../pool.ts'
import type { Log, Now, Queue } from '../ports.ts'
import { idIn, isOwner, placesOf } from './image-keys.ts'
import type { ImageFiles, ImageStore } from './ports.ts'

export type ForgetImagesDeps = {
  readonly images: Pick<ImageStore, 'find' | 'ofOwner' | 'remove'>
  readonly files: Pick<ImageFiles, 'list' | 'remove'>
  /** The queue that this came by. */
  readonly imageArrivals: Queue<Forgetting>
  readonly now: Now
  readonly log: Log
}

/** The wish as a message, which nothing of S3's passes for; `at` in seconds, by WeChat's clock. */
export const forgetting = v.strictObject({
  forget: v.custom<string>(isOwner),
  at: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Set on the second time, when what was under way during the first has ended. */
  isSecond: v.boolean(),
})
export type Forgetting = v.InferOutput<typeof forgetting>

/** Longer than any function that writes rows or files of pictures may run. */
const secondPassSeconds = 120
const atOnce = 10

type Found = { readonly id: string | undefined; readonly key?: string }

/**
 * Removes what was uploaded up to the wish; what came after it stays. Done twice, the second time by a message of its
 * own. What there is no time for after `until` (ms) goes by one more such message.
 *
 * A crash anywhere is harmless, and so are two of these at once: what is not removed is found again.
 */
export async function forgetImages(
  wish: Forgetting,
  deps: ForgetImagesDeps,
  { until }: { readonly until: number },
): Promise<void> {
  const { forget: owner, at, isSecond } = wish
  let removed = 0
  let isDone = true
  for await (const page of find(owner, deps)) {
    await inParallel(page, atOnce, async it => {
      if (await removeOne(it, wish, deps)) removed += 1
    })
    isDone = deps.now() < until
    if (!isDone) break
  }
  deps.log.info('images.forgotten', { owner, removed, isSecond, isDone })
  // Who has uploaded so much anew that nothing else is come upon: for people to look at, and not for ever.
  if (!isDone && removed === 0) throw new Error('no time for what is to be forgotten')
  const again = { forget: owner, at, isSecond: isDone || isSecond }
  if (!isDone) await deps.imageArrivals.push([again])
  else if (!isSecond) await deps.imageArrivals.push([again], secondPassSeconds)
}

/** The rows first: what arrives or is decided from now on finds none, and is removed by whoever looks for it. */
async function* find(owner: string, { images, files }: ForgetImagesDeps): AsyncIterable<readonly Found[]> {
  for await (const ids of images.ofOwner(owner)) yield ids.map(id => ({ id }))
  for (const place of placesOf(owner)) {
    for await (const keys of files.list(place)) yield keys.map(key => ({ id: idIn(key), key }))
  }
}

/** Whether there was something to remove. Each file of a picture that is to stay has its row, for that comes first. */
async function removeOne({ id, key }: Found, { at }: Forgetting, { images, files }: ForgetImagesDeps) {
  const image = id === undefined ? undefined : await images.find(id)
  if (image !== undefined && image.createdAt >= (at + 1) * 1000) return false
  if (image !== undefined) await images.remove(image.id)
  if (key !== undefined) await files.remove(key)
  return image !== undefined || key !== undefined
}
