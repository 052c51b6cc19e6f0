/** Inspects each uploaded picture: a picture of the stated type goes on without metadata, any other file is removed. */

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
  /** The check queue, if WeChat checks pictures. */
  readonly checks: Queue<ImageCheckMessage> | undefined
  /** Whether served pictures keep their metadata: place, time, camera, and notes of programs. */
  readonly metadata: 'strip' | 'keep'
  readonly now: Now
  readonly log: Log
}

/** One notification of S3 (the keys of new objects), or one erasure request. */
export type ImageArrival = { readonly keys: readonly string[] } | Forgetting

type Arrived = { readonly key: string; readonly size: number; readonly etag: string; readonly bytes: Uint8Array }
type Seen = NonNullable<ReturnType<typeof surveyImage>>
/** Pictures read whole are held in memory one at a time, each in at most two copies. */
type Batch = { readonly deps: ReceiveImagesDeps; readonly alone: Slots }

/** The whole file for most pictures; for others enough to decide whether to read the rest. */
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

/** Parses a message; throws on anything but S3's and ours. One with S3's `Records` is never an erasure. */
export function parseArrival(body: string): ImageArrival {
  const read = v.parse(v.pipe(v.string(), v.parseJson(), v.union([notification, testNotification, forgetting])), body)
  if ('Event' in read) return { keys: [] }
  if ('forget' in read) return read
  // S3 encodes keys as forms do.
  return { keys: read.Records.map(({ s3 }) => decodeURIComponent(s3.object.key.replaceAll('+', ' '))) }
}

/** Inspects arrivals; returns those that failed, to be retried. */
export async function receiveImages<A extends ImageArrival & Named>(
  arrivals: readonly A[],
  deps: ReceiveImagesDeps,
  { until }: { readonly until: number },
): Promise<readonly A[]> {
  const failed: A[] = []
  const batch = { deps, alone: createSlots(1) }
  const receiveOne = async (arrival: A) => {
    try {
      if (deps.now() >= until) failed.push(arrival)
      else if ('forget' in arrival) await forgetImages(arrival, deps, { until })
      else for (const key of arrival.keys) await receive(key, batch)
    } catch (error) {
      deps.log.error('images.not-received', { error })
      failed.push(arrival)
    }
  }
  await inParallel(arrivals, atOnce, it => inRecord(it, () => receiveOne(it)))
  return failed
}

/**
 * A crash may come after any line: the notification is then retried, and each step is idempotent. The row is read after
 * the file, so that a second upload cannot pass for the first.
 */
async function receive(key: string, batch: Batch): Promise<void> {
  const { files, images, log } = batch.deps
  const name = parseUploadKey(key)
  if (name === undefined) return log.warn('images.foreign-key')
  const file = await files.head(key, headBytes)
  // Already processed.
  if (file === undefined) return
  const image = await images.find(name.id)
  if (image?.owner !== name.owner) log.warn('images.unexpected', { id: name.id })
  else if (image.state === 'expected') await inspect(image, { key, ...file }, batch)
  else if (image.state === 'checking') await queueCheck(image, batch.deps)
  await files.remove(key)
}

async function inspect(image: Image, file: Arrived, { deps, alone }: Batch): Promise<void> {
  const reason = refusalByHead(image, file, deps)
  if (reason !== undefined) return refuse(image, reason, deps)
  if (file.bytes.length === file.size) return accept(image, file, deps)
  await alone(async () => {
    const bytes = await deps.files.read(file.key, file.etag)
    if (bytes === undefined) throw new Error(exchanged)
    await accept(image, { ...file, bytes }, deps)
  })
}

/** Accepts a whole picture. */
async function accept(image: Image, file: Arrived, deps: ReceiveImagesDeps): Promise<void> {
  const seen = surveyImage(file.bytes)
  if (seen === undefined) return refuse(image, 'not-an-image', deps)
  if (hasTooManyPixels(seen)) return refuse(image, 'too-many-pixels', deps)
  const { contentType, width, height } = seen
  const state = deps.checks === undefined ? 'served' : 'checking'
  const to = state === 'served' ? imageKey(image) : checkingKey(image)
  const size = await store(to, file, seen, deps)
  const next: Image = { ...image, state, size, width, height, at: deps.now() }
  if (!(await deps.images.move(next, 'expected'))) return removeIfErased(image.id, to, deps)
  const log = logFor(image, deps)
  log.info(`images.${state}`, { id: image.id, contentType, size, width, height })
  if (state === 'checking') await queueCheck(next, deps)
}

/** Writes it to its next key and returns its size there; a copy within S3 is enough if no metadata is removed. */
async function store(to: string, file: Arrived, { contentType, bare }: Seen, { files, metadata }: ReceiveImagesDeps) {
  if (metadata === 'strip' && bare !== undefined) {
    await files.write(to, bare, { contentType })
    return bare.length
  }
  if (!(await files.copy(file.key, to, { contentType, etag: file.etag }))) throw new Error(exchanged)
  return file.size
}

const exchanged = 'another file replaced the inspected one'

/** A copy of the notification was faster; or the uploader was erased meanwhile, and this copy must go too. */
async function removeIfErased(id: string, copy: string, { images, files }: ReceiveImagesDeps): Promise<void> {
  if ((await images.find(id)) === undefined) await files.remove(copy)
}

/** Refuses by the first bytes alone. */
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

/** A crash may have come between the row and this message; after WeChat was asked, the message has no effect. */
async function queueCheck({ id, mini, asks }: Image, { checks }: ReceiveImagesDeps): Promise<void> {
  if (asks === 0) await checks?.push([{ mini, ask: id }])
}

function logFor({ mini }: Image, { apps, log }: ReceiveImagesDeps): AppLog {
  return logOfAppid(mini, apps, log)
}
