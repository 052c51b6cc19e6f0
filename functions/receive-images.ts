import { type Open, queueFunction } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import { parseArrival, type ReceiveImagesDeps, receiveImages } from '../lib/images/receive-images.ts'
import { apps } from '../lib/runtime/apps.ts'
import { log, now } from '../lib/runtime/context.ts'
import { imageFiles } from '../lib/runtime/image-files.ts'
import { imageChecksQueue, imagesQueue } from '../lib/runtime/queues.ts'
import { imageStore } from '../lib/runtime/stores.ts'

export const createHandler = (open: Open<ReceiveImagesDeps>) =>
  queueFunction(open, { read: ({ body }) => parseArrival(body), work: receiveImages })

export const handler = createHandler(async () => {
  const { IMAGE_CHECK, IMAGE_METADATA: metadata } = config('IMAGE_CHECK', 'IMAGE_METADATA')
  const checks = IMAGE_CHECK === 'on' ? imageChecksQueue() : undefined
  return {
    apps: apps(),
    images: imageStore(),
    files: imageFiles(),
    imageArrivals: imagesQueue(),
    checks,
    metadata,
    ...{ now, log },
  }
})
