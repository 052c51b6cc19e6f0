/** Erases the pictures of a person who requested erasure: rows and files, in whatever state. */

import * as v from 'valibot'
import { inParallel } from '../pool.ts'
import type { Log, Now, Queue } from '../ports.ts'
import { idIn, isOwner, placesOf } from './image-keys.ts'
import type { ImageFiles, ImageStore } from './ports.ts'

export type ForgetImagesDeps = {
  readonly images: Pick<ImageStore, 'find' | 'ofOwner' | 'remove'>
  readonly files: Pick<ImageFiles, 'list' | 'remove'>
  /** The queue that this message came from. */
  readonly imageArrivals: Queue<Forgetting>
  readonly now: Now
  readonly log: Log
}

/** The erasure request as a message, distinct from S3's notifications; `at` is in seconds by WeChat's clock. */
export const forgetting = v.strictObject({
  forget: v.custom<string>(isOwner),
  at: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Set on the second pass, after uploads in progress during the first have ended. */
  isSecond: v.boolean(),
})
export type Forgetting = v.InferOutput<typeof forgetting>

/** Longer than any function that writes rows or files of pictures may run. */
const secondPassSeconds = 120
const atOnce = 10

type Found = { readonly id: string | undefined; readonly key?: string }

/**
 * Erases everything uploaded up to the request, and keeps later uploads. Runs twice, the second time by a message of
 * its own. Whatever is left when `until` (ms) is reached is done by another such message.
 *
 * Crashes and concurrent runs are harmless: what is still there is found again.
 */
export async function forgetImages(
  request: Forgetting,
  deps: ForgetImagesDeps,
  { until }: { readonly until: number },
): Promise<void> {
  const { forget: owner, at, isSecond } = request
  let removed = 0
  let isDone = true
  for await (const page of find(owner, deps)) {
    await inParallel(page, atOnce, async it => {
      if (await removeOne(it, request, deps)) removed += 1
    })
    isDone = deps.now() < until
    if (!isDone) break
  }
  deps.log.info('images.forgotten', { owner, removed, isSecond, isDone })
  // So many new uploads that the scan reaches nothing to erase: fail, so that a person looks at it.
  if (!isDone && removed === 0) throw new Error('out of time before anything was erased')
  const again = { forget: owner, at, isSecond: isDone || isSecond }
  if (!isDone) await deps.imageArrivals.push([again])
  else if (!isSecond) await deps.imageArrivals.push([again], secondPassSeconds)
}

/** Rows first: an arrival or verdict that then finds no row removes its own file. */
async function* find(owner: string, { images, files }: ForgetImagesDeps): AsyncIterable<readonly Found[]> {
  for await (const ids of images.ofOwner(owner)) yield ids.map(id => ({ id }))
  for (const place of placesOf(owner)) {
    for await (const keys of files.list(place)) yield keys.map(key => ({ id: idIn(key), key }))
  }
}

/** Returns whether there was something to remove. A picture to keep has a row, because rows are written first. */
async function removeOne({ id, key }: Found, { at }: Forgetting, { images, files }: ForgetImagesDeps) {
  const image = id === undefined ? undefined : await images.find(id)
  if (image !== undefined && image.createdAt >= (at + 1) * 1000) return false
  if (image !== undefined) await images.remove(image.id)
  if (key !== undefined) await files.remove(key)
  return image !== undefined || key !== undefined
}
