/** Tells the uploader the state of a picture. */

import { bearerOf } from '../bearer.ts'
import { RequestError } from '../errors.ts'
import type { SessionChecker } from '../ports.ts'
import { imageKey, isImageId } from './image-keys.ts'
import type { Image, ImageStore } from './ports.ts'

export type ImageDeps = {
  readonly sessions: Pick<SessionChecker, 'verify'>
  readonly images: Pick<ImageStore, 'find'>
  /** The base URL of served files, without a trailing slash. */
  readonly filesUrl: string
}

/** `at` is RFC 3339; `imageUrl` is present only once the picture is served. */
export type ImageAnswer = Pick<Image, 'id' | 'state' | 'reason' | 'contentType' | 'size' | 'width' | 'height'> & {
  readonly imageUrl?: string
  readonly at: string
}

/** Answers the owner; throws RequestError 401 without a valid session token, 404 without such a picture of theirs. */
export async function getImage(
  { authorization, id }: { readonly authorization: string | undefined; readonly id: string | undefined },
  { sessions, images, filesUrl }: ImageDeps,
): Promise<ImageAnswer> {
  const { mini, miniOpenid } = await sessions.verify(bearerOf(authorization))
  const image = isImageId(id) ? await images.find(id) : undefined
  if (image === undefined || image.mini !== mini || image.miniOpenid !== miniOpenid) {
    throw new RequestError('image-unknown', 404, 'This user has no such picture.')
  }
  return answerOf(image, filesUrl)
}

function answerOf(image: Image, filesUrl: string): ImageAnswer {
  const { id, state, reason, contentType, size, width, height } = image
  return {
    id,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(state === 'served' ? { imageUrl: `${filesUrl}/${imageKey(image)}` } : {}),
    contentType,
    size,
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    at: new Date(image.at).toISOString(),
  }
}
