/** The pictures themselves, for the functions that move them, and the static files. */

import { createImageFiles, openS3 } from '../adapters/aws/s3-image-files.ts'
import { config } from '../config.ts'

export const imageFiles = () => filesOf(config('IMAGES_BUCKET').IMAGES_BUCKET)
export const staticFiles = () => filesOf(config('STATIC_BUCKET').STATIC_BUCKET)

function filesOf(bucket: string) {
  const { UPLOAD_URL } = config('UPLOAD_URL')
  // A bucket that uploads find by a path has no host of its own, as on one machine.
  return createImageFiles(openS3({ isPathStyle: UPLOAD_URL.pathname !== '/' }), bucket)
}
