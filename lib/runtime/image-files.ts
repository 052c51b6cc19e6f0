/** The pictures themselves, for the functions that move them. */

import { createImageFiles, openS3 } from '../adapters/s3-image-files.ts'
import { config } from '../config.ts'

export const imageFiles = () => {
  const { IMAGES_BUCKET, UPLOAD_URL } = config('IMAGES_BUCKET', 'UPLOAD_URL')
  // A bucket that uploads find by a path has no host of its own, as on one machine.
  return createImageFiles(openS3({ isPathStyle: UPLOAD_URL.pathname !== '/' }), IMAGES_BUCKET)
}
