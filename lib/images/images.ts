/** Lets a logged-in mini-program user upload one picture directly to S3. */

import * as v from 'valibot'
import type { Apps } from '../apps.ts'
import { bearerOf } from '../bearer.ts'
import { chinaDay, secondsToNextDay } from '../china-day.ts'
import { RequestError } from '../errors.ts'
import { logOfAppid } from '../of-app.ts'
import type { Log, Now, SessionChecker } from '../ports.ts'
import { checkedBody } from '../request-body.ts'
import { imageKey, ownerOf, uploadKey } from './image-keys.ts'
import { imageLimits, isImageType } from './image-limits.ts'
import type { Image, ImageStore, ImageType, UploadForm, UploadForms } from './ports.ts'

export type ImagesDeps = {
  readonly apps: Apps
  readonly sessions: Pick<SessionChecker, 'verify'>
  readonly images: Pick<ImageStore, 'expect' | 'countUpload'>
  readonly forms: UploadForms
  /** The base URL of served files, without a trailing slash. */
  readonly filesUrl: string
  readonly imagesPerDay: number
  /** Whether WeChat checks each picture; then its limits apply. */
  readonly isChecked: boolean
  /** 16 random bytes. */
  readonly randomId: () => string
  readonly now: Now
  readonly log: Log
}

type ImageRequest = { readonly contentType: ImageType; readonly size: number }

/** `imageUrl` works once the picture is served; `expiresIn` is the form's lifetime in seconds. */
export type ImagesAnswer = {
  readonly id: string
  readonly upload: UploadForm
  readonly imageUrl: string
  readonly expiresIn: number
}

const formSeconds = 300
const isSize = 'must be the whole number of bytes that the picture has, 1 or more'
const body = v.strictObject({
  contentType: v.pipe(v.string(), v.maxLength(100)),
  size: v.pipe(v.number(isSize), v.safeInteger(isSize), v.minValue(1, isSize)),
})

/**
 * Signs a form for the bearer of a session token. Throws RequestError: 401 without a valid one, 400, 413 and 415 for a
 * picture that is not accepted, 429 beyond the daily limit.
 */
export async function takeImage(
  request: { readonly authorization: string | undefined; readonly body: string },
  deps: ImagesDeps,
): Promise<ImagesAnswer> {
  const { mini, miniOpenid } = await deps.sessions.verify(bearerOf(request.authorization))
  const { contentType, size } = parseImageRequest(request.body, deps)
  const owner = ownerOf(mini, miniOpenid)
  await countUpload(owner, deps)
  const at = deps.now()
  const upToNow = { state: 'expected', asks: 0, createdAt: at, at } as const
  const image = { id: deps.randomId(), owner, mini, miniOpenid, contentType, size, ...upToNow }
  await deps.images.expect(image satisfies Image)
  const log = logOfAppid(mini, deps.apps, deps.log)
  log.info('images.expected', { id: image.id, contentType, size })
  const upload = deps.forms.sign({ key: uploadKey(image), contentType, size, seconds: formSeconds })
  return { id: image.id, upload, imageUrl: `${deps.filesUrl}/${imageKey(image)}`, expiresIn: formSeconds }
}

/** Parses the upload request; throws RequestError `image-type`, `image-too-large`, or the errors of every body. */
export function parseImageRequest(text: string, how: { readonly isChecked: boolean }): ImageRequest {
  const { contentType, size } = checkedBody(text, body)
  const { types, bytes } = imageLimits(how)
  const whose = how.isChecked ? ', for WeChat checks no other' : ''
  if (!isImageType(contentType) || !types.includes(contentType)) {
    throw new RequestError('image-type', 415, `A picture is one of ${types.join(', ')}${whose}.`)
  }
  if (size > bytes) throw new RequestError('image-too-large', 413, `A picture has at most ${bytes} bytes${whose}.`)
  return { contentType, size }
}

async function countUpload(owner: string, { images, imagesPerDay, now }: ImagesDeps): Promise<void> {
  const at = now()
  if (await images.countUpload(owner, chinaDay(at), imagesPerDay)) return
  const detail = `A user uploads at most ${imagesPerDay} pictures a day: try again tomorrow.`
  throw new RequestError('images-too-many', 429, detail, { retryAfterSeconds: secondsToNextDay(at) })
}
