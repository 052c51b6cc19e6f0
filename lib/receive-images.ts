/** Looks at each picture that arrived: what it says it is goes on, and a liar is removed. */

import * as v from 'valibot'

import { type ForgetImagesDeps, type Forgetting, forgetImages, forgetting } from './forget-images.ts'
import { type ImageHeader, readImageHeader } from './image-header.ts'
import { checkingKey, imageKey, parseUploadKey, uploadKey } from './image-keys.ts'
import { imageLimits, maxPixels, maxSide } from './image-limits.ts'
import type { Image, ImageCheckMessage, ImageFiles, ImageRefusal, ImageStore } from './image-ports.ts'
import { inParallel } from './pool.ts'
import type { Log, Now, Queue } from './ports.ts'

export type ReceiveImagesDeps = ForgetImagesDeps & {
  readonly images: Pick<ImageStore, 'find' | 'move'>
  readonly files: Pick<ImageFiles, 'head' | 'copy' | 'remove'>
  /** The queue of checks, where WeChat checks each picture. */
  readonly checks: Queue | undefined
  readonly now: Now
  readonly log: Log
}

/** One notification of the store: the keys that something arrived under; or whose pictures are to go. */
export type ImageArrival = { readonly keys: readonly string[] } | Forgetting

type Arrived = { readonly size: number; readonly etag: string }

/** Enough for the dimensions behind a camera's notes and thumbnails; no more of a picture is ever read. */
export const headBytes = 256 * 1024

const atOnce = 5

const notification = v.object({
  Records: v.pipe(
    v.array(v.object({ s3: v.object({ object: v.object({ key: v.pipe(v.string(), v.maxLength(3072)) }) }) })),
    v.maxLength(100),
  ),
})
/** S3 sends it once, when the notification is set up. */
const testNotification = v.object({ Event: v.literal('s3:TestEvent') })

/** Reads a message of the queue; throws on what is neither S3's nor ours. What has S3's `Records` is never a wish. */
export function parseArrival(body: string): ImageArrival {
  const read = v.parse(v.pipe(v.string(), v.parseJson(), v.union([notification, testNotification, forgetting])), body)
  if ('Event' in read) return { keys: [] }
  if ('forget' in read) return read
  // S3 writes keys as forms do.
  return { keys: read.Records.map(({ s3 }) => decodeURIComponent(s3.object.key.replaceAll('+', ' '))) }
}

/** Looks at what arrived; answers the arrivals that could not be worked on, so that they come again. */
export async function receiveImages<A extends ImageArrival>(
  arrivals: readonly A[],
  deps: ReceiveImagesDeps,
  { until }: { readonly until: number },
): Promise<readonly A[]> {
  const failed: A[] = []
  await inParallel(arrivals, atOnce, async arrival => {
    try {
      if (deps.now() >= until) failed.push(arrival)
      else if ('forget' in arrival) await forgetImages(arrival, deps, { until })
      else for (const key of arrival.keys) await receive(key, deps)
    } catch (error) {
      deps.log.error('images.not-received', { error })
      failed.push(arrival)
    }
  })
  return failed
}

/**
 * Every line may be the last before a crash: the notification comes again, and each is harmless twice. The row is read
 * after the file, so that who uploads again cannot have the second file pass for the first.
 */
async function receive(key: string, deps: ReceiveImagesDeps): Promise<void> {
  const name = parseUploadKey(key)
  if (name === undefined) return deps.log.warn('images.foreign-key')
  const file = await deps.files.head(key, headBytes)
  // Received before.
  if (file === undefined) return
  const image = await deps.images.find(name.id)
  if (image?.owner !== name.owner) deps.log.warn('images.unexpected', { id: name.id })
  else if (image.state === 'expected') await accept(image, file, deps)
  else if (image.state === 'checking') await askFor(image, deps)
  await deps.files.remove(key)
}

async function accept(image: Image, file: Arrived & { readonly bytes: Uint8Array }, deps: ReceiveImagesDeps) {
  const header = readImageHeader(file.bytes)
  const reason = refusalOf(image, { size: file.size, header }, deps)
  if (header === undefined || reason !== undefined) return refuse(image, reason ?? 'not-an-image', deps)
  const { contentType, width, height } = header
  const state = deps.checks === undefined ? 'served' : 'checking'
  const to = state === 'served' ? imageKey(image) : checkingKey(image)
  const isCopied = await deps.files.copy(uploadKey(image), to, { contentType, etag: file.etag })
  if (!isCopied) throw new Error('another file came in the place of the one that was looked at')
  const next: Image = { ...image, state, size: file.size, width, height, at: deps.now() }
  if (!(await deps.images.move(next, 'expected'))) return removeForgotten(image.id, to, deps)
  deps.log.info(`images.${state}`, { id: image.id, contentType, size: file.size, width, height })
  if (state === 'checking') await askFor(next, deps)
}

/** Another copy of the notification was quicker; or who uploaded it was forgotten meanwhile, and this copy with them. */
async function removeForgotten(id: string, copy: string, { images, files }: ReceiveImagesDeps): Promise<void> {
  if ((await images.find(id)) === undefined) await files.remove(copy)
}

function refusalOf(
  image: Image,
  { size, header }: { readonly size: number; readonly header: ImageHeader | undefined },
  { checks }: ReceiveImagesDeps,
): ImageRefusal | undefined {
  if (header === undefined) return 'not-an-image'
  if (header.contentType !== image.contentType) return 'type-differs'
  if (size > Math.min(image.size, imageLimits({ isChecked: checks !== undefined }).bytes)) return 'too-large'
  const { width, height } = header
  return Math.max(width, height) > maxSide || width * height > maxPixels ? 'too-many-pixels' : undefined
}

async function refuse(image: Image, reason: ImageRefusal, { images, now, log }: ReceiveImagesDeps): Promise<void> {
  await images.move({ ...image, state: 'refused', reason, at: now() }, 'expected')
  log.warn('images.refused', { id: image.id, reason, contentType: image.contentType })
}

/** A crash may have come between the row and this message; once WeChat was asked it is of no use. */
async function askFor({ id, asks }: Image, { checks }: ReceiveImagesDeps): Promise<void> {
  if (asks === 0) await checks?.push([{ ask: id } satisfies ImageCheckMessage])
}
