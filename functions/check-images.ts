import { type Open, queueFunction } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import { type CheckImagesDeps, checkImages } from '../lib/images/check-images.ts'
import { parseImageCheck } from '../lib/images/image-check-message.ts'
import { log, now, random } from '../lib/runtime/context.ts'
import { imageFiles } from '../lib/runtime/image-files.ts'
import { readableUrls } from '../lib/runtime/image-links.ts'
import { consumedImageChecksQueue } from '../lib/runtime/queues.ts'
import { imageStore } from '../lib/runtime/stores.ts'
import { miniPrograms } from '../lib/runtime/wechat.ts'

export const createHandler = (open: Open<CheckImagesDeps>) =>
  queueFunction(open, {
    read: ({ body, receiptHandle, attributes }) => {
      return { message: parseImageCheck(body), receiptHandle, receives: Number(attributes.ApproximateReceiveCount) }
    },
    work: checkImages,
  })

export const handler = createHandler(async () => ({
  minis: miniPrograms(),
  images: imageStore(),
  files: { ...imageFiles(), ...readableUrls() },
  checks: consumedImageChecksQueue(),
  scene: config('IMAGE_CHECK_SCENE').IMAGE_CHECK_SCENE,
  ...{ now, random, log },
}))
