/** The pictures themselves, for the functions that move them. */

import { createImageFiles } from '../adapters/s3-image-files.ts'
import { config } from '../config.ts'

export const imageFiles = () => {
  const { IMAGES_BUCKET, UPLOAD_URL } = config('IMAGES_BUCKET', 'UPLOAD_URL')
  // A bucket that uploads find by a path has no host of its own, as on one machine.
  return createImageFiles(IMAGES_BUCKET, { isPathStyle: UPLOAD_URL.pathname !== '/' })
}
