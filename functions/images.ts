import { randomBytes } from 'node:crypto'

import { httpFunction, type Open } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import { type ImagesDeps, takeImage } from '../lib/images/images.ts'
import { apps } from '../lib/runtime/apps.ts'
import { log, now } from '../lib/runtime/context.ts'
import { filesUrl, uploadForms } from '../lib/runtime/image-links.ts'
import { sessionChecker } from '../lib/runtime/secrets.ts'
import { imageStore } from '../lib/runtime/stores.ts'

export const createHandler = (open: Open<ImagesDeps>) =>
  httpFunction(open, async ({ headers, body }, deps) => ({
    status: 201,
    body: await takeImage({ authorization: headers.authorization, body }, deps),
  }))

export const handler = createHandler(async () => {
  const { IMAGES_PER_DAY, IMAGE_CHECK } = config('IMAGES_PER_DAY', 'IMAGE_CHECK')
  return {
    apps: apps(),
    sessions: sessionChecker(),
    images: imageStore(),
    forms: uploadForms(),
    filesUrl: filesUrl(),
    imagesPerDay: IMAGES_PER_DAY,
    isChecked: IMAGE_CHECK === 'on',
    randomId: () => randomBytes(16).toString('base64url'),
    ...{ now, log },
  }
})
