/** Signed access to pictures for others, without the SDK: upload forms, and URLs to read from. */

import { createReadableUrls, createUploadForms, type SignedPlace } from '../adapters/aws/s3-signer.ts'
import { config } from '../config.ts'
import { now } from './context.ts'

export const uploadForms = () => createUploadForms(placeOf(config('IMAGES_BUCKET').IMAGES_BUCKET))
export const readableUrls = () => createReadableUrls(placeOf(config('IMAGES_BUCKET').IMAGES_BUCKET))

/** The same for static files, whose bucket's URL differs from the picture bucket's only in the name. */
export function readableStaticUrls() {
  const { IMAGES_BUCKET: images, STATIC_BUCKET } = config('IMAGES_BUCKET', 'STATIC_BUCKET')
  const place = placeOf(STATIC_BUCKET)
  return createReadableUrls({
    ...place,
    bucket: STATIC_BUCKET,
    url: new URL(place.url.href.replace(images, STATIC_BUCKET)),
  })
}

/** The base URL of served files, without a trailing slash. */
export function filesUrl(): string {
  return config('FILES_URL').FILES_URL.href.replace(/\/$/, '')
}

function placeOf(bucket: string): SignedPlace {
  const { UPLOAD_URL: url, AWS_REGION: region } = config('UPLOAD_URL', 'AWS_REGION')
  // Lambda sets the credentials once per container.
  const keys = config('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN')
  const credentials = {
    accessKeyId: keys.AWS_ACCESS_KEY_ID,
    secretAccessKey: keys.AWS_SECRET_ACCESS_KEY,
    sessionToken: keys.AWS_SESSION_TOKEN,
  }
  return { url, bucket, region, credentials, now }
}
