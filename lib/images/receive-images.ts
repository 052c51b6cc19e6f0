/** Looks at each picture that arrived: what it says it is goes on, without its metadata, and a liar is removed. */

import * as v from 'valibot'
import type { Apps } from '../apps.ts'
import { inRecord, type Named } from '../log-scope.ts'
import { logOfAppid } from '../of-app.ts'
import { createSlots, inParallel, type Slots } from '../pool.ts'
import type { AppLog, Log, Now, Queue } from '../ports.ts'
import { type ForgetImagesDeps, type Forgetting, forgetImages, forgetting } from './forget-images.ts'
import { imageTypeOf, surveyImage } from './header.ts'
import { checkingKey, imageKey, parseUploadKey } from './image-keys.ts'
import { hasTooManyPixels, imageLimits } from './image-limits.ts'
import type { Image, ImageCheckMessage, ImageFiles, ImageRefusal, ImageStore } from './ports.ts'

export type ReceiveImagesDeps = ForgetImagesDeps & {
  readonly apps: Apps
  readonly images: Pick<ImageStore, 'find' | 'move'>
  readonly files: Pick<ImageFiles, 'head' | 'read' | 'copy' | 'write' | 'remove'>
  /** The queue of checks, where WeChat checks each picture. */
  readonly checks: Queue<ImageCheckMessage> | undefined
  /** Whether metadata stay in what is served: where and when it was taken, with what, and what programs noted. */
  readonly metadata: 'strip' | 'keep'
  readonly now: Now
  readonly log: Log
}

/** One notification of the store: the keys that something arrived under; or whose pictures are to go. */
export type ImageArrival = { readonly keys: readonly string[] } | Forgetting

type Arrived = { readonly key: string; readonly size: number; readonly etag: string; readonly bytes: Uint8Array }
type Seen = NonNullable<ReturnType<typeof surveyImage>>
/** Pictures that have more than their head are held in memory one at a time, each twice at most. */
type Batch = { readonly deps: ReceiveImagesDeps; readonly alone: Slots }

/** All of most pictures; of others it tells whether the rest is worth reading. */
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
export async function receiveImages<A extends ImageArrival & Named>(
  arrivals: readonly A[],
  deps: ReceiveImagesDeps,
  { until }: { readonly until: number },
): Promise<readonly A[]> {
  const failed: A[] = []
  const batch = { deps, alone: createSlots(1) }
  const take = async (arrival: A) => {
    try {
      if (deps.now() >= until) failed.push(arrival)
      else if ('forget' in arrival) await forgetImages(arrival, deps, { until })
      else for (const key of arrival.keys) await receive(key, batch)
    } catch (error) {
      deps.log.error('images.not-received', { error })
      failed.push(arrival)
    }
  }
  await inParallel(arrivals, atOnce, it => inRecord(it, () => take(it)))
  return failed
}

/**
 * Every line may be the last before a crash: the notification comes again, and each is harmless twice. The row is read
 * after the file, so that who uploads again cannot have the second file pass for the first.
 */
async function receive(key: string, batch: Batch): Promise<void> {
  const { files, images, log } = batch.deps
  const name = parseUploadKey(key)
  if (name === undefined) return log.warn('images.foreign-key')
  const file = await files.head(key, headBytes)
  // Received before.
  if (file === undefined) return
  const image = await images.find(name.id)
  if (image?.owner !== name.owner) log.warn('images.unexpected', { id: name.id })
  else if (image.state === 'expected') await look(image, { key, ...file }, batch)
  else if (image.state === 'checking') await askFor(image, batch.deps)
  await files.remove(key)
}

async function look(image: Image, file: Arrived, { deps, alone }: Batch): Promise<void> {
  const reason = refusalByHead(image, file, deps)
  if (reason !== undefined) return refuse(image, reason, deps)
  if (file.bytes.length === file.size) return accept(image, file, deps)
  await alone(async () => {
    const bytes = await deps.files.read(file.key, file.etag)
    if (bytes === undefined) throw new Error(exchanged)
    await accept(image, { ...file, bytes }, deps)
  })
}

/** Takes a whole picture in. */
async function accept(image: Image, file: Arrived, deps: ReceiveImagesDeps): Promise<void> {
  const seen = surveyImage(file.bytes)
  if (seen === undefined) return refuse(image, 'not-an-image', deps)
  if (hasTooManyPixels(seen)) return refuse(image, 'too-many-pixels', deps)
  const { contentType, width, height } = seen
  const state = deps.checks === undefined ? 'served' : 'checking'
  const to = state === 'served' ? imageKey(image) : checkingKey(image)
  const size = await place(to, file, seen, deps)
  const next: Image = { ...image, state, size, width, height, at: deps.now() }
  if (!(await deps.images.move(next, 'expected'))) return removeForgotten(image.id, to, deps)
  const log = logFor(image, deps)
  log.info(`images.${state}`, { id: image.id, contentType, size, width, height })
  if (state === 'checking') await askFor(next, deps)
}

/** Puts it where it goes on from, and answers its size there; a copy within the store does where nothing is taken out. */
async function place(to: string, file: Arrived, { contentType, bare }: Seen, { files, metadata }: ReceiveImagesDeps) {
  if (metadata === 'strip' && bare !== undefined) {
    await files.write(to, bare, { contentType })
    return bare.length
  }
  if (!(await files.copy(file.key, to, { contentType, etag: file.etag }))) throw new Error(exchanged)
  return file.size
}

const exchanged = 'another file came in the place of the one that was looked at'

/** Another copy of the notification was quicker; or who uploaded it was forgotten meanwhile, and this copy with them. */
async function removeForgotten(id: string, copy: string, { images, files }: ReceiveImagesDeps): Promise<void> {
  if ((await images.find(id)) === undefined) await files.remove(copy)
}

/** What is refused without a look at all of it. */
function refusalByHead(
  image: Image,
  { size, bytes }: Arrived,
  { checks }: ReceiveImagesDeps,
): ImageRefusal | undefined {
  const contentType = imageTypeOf(bytes)
  if (contentType === undefined) return 'not-an-image'
  if (contentType !== image.contentType) return 'type-differs'
  const isTooLarge = size > Math.min(image.size, imageLimits({ isChecked: checks !== undefined }).bytes)
  return isTooLarge ? 'too-large' : undefined
}

async function refuse(image: Image, reason: ImageRefusal, deps: ReceiveImagesDeps): Promise<void> {
  await deps.images.move({ ...image, state: 'refused', reason, at: deps.now() }, 'expected')
  const log = logFor(image, deps)
  log.warn('images.refused', { id: image.id, reason, contentType: image.contentType })
}

/** A crash may have come between the row and this message; once WeChat was asked it is of no use. */
async function askFor({ id, mini, asks }: Image, { checks }: ReceiveImagesDeps): Promise<void> {
  if (asks === 0) await checks?.push([{ mini, ask: id }])
}

function logFor({ mini }: Image, { apps, log }: ReceiveImagesDeps): AppLog {
  return logOfAppid(mini, apps, log)
}
