/** The picture files, for the functions that move them, and the static files. */

import { createImageFiles, openS3 } from '../adapters/aws/s3-image-files.ts'
import { config } from '../config.ts'

export const imageFiles = () => createImageFiles(s3(), config('IMAGES_BUCKET').IMAGES_BUCKET)
export const staticFiles = () => createImageFiles(s3(), config('STATIC_BUCKET').STATIC_BUCKET)

/** The local S3 has path-style addresses: its buckets have no host names. */
function s3() {
  return openS3({ isPathStyle: config('UPLOAD_URL').UPLOAD_URL.pathname !== '/' })
}
