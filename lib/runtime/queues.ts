/** The queues, each with the one variable that it needs. */

import { createParkedEvents } from '../adapters/aws/sqs-parked.ts'
import { createBacklog, createConsumedQueue, createEventQueue, createQueue } from '../adapters/aws/sqs-queues.ts'
import type { OfficialAccount } from '../apps.ts'
import { config } from '../config.ts'
import type { News } from '../followers/follower-news.ts'
import type { Forgetting } from '../images/forget-images.ts'
import type { ImageCheckMessage } from '../images/ports.ts'
import type { CanaryEvent } from '../send/canary.ts'
import type { Receipt } from '../send/receipt.ts'
import { log } from './context.ts'

export const followersBacklog = () => createBacklog(config('FOLLOWERS_QUEUE').FOLLOWERS_QUEUE)
export const followersQueue = () => createQueue<News>(config('FOLLOWERS_QUEUE').FOLLOWERS_QUEUE)
export const receiptsQueue = () => createQueue<Receipt>(config('RECEIPTS_QUEUE').RECEIPTS_QUEUE)
export const imagesQueue = () => createQueue<Forgetting>(config('IMAGES_QUEUE').IMAGES_QUEUE)
export const imageChecksQueue = () => createQueue<ImageCheckMessage>(config('IMAGE_CHECKS_QUEUE').IMAGE_CHECKS_QUEUE)
export const canaryQueue = () => createQueue<CanaryEvent>(config('EVENTS_QUEUE').EVENTS_QUEUE)
export const eventQueue = () => createEventQueue(config('EVENTS_QUEUE').EVENTS_QUEUE, log)
export const parkedEvents = ({ name }: OfficialAccount) =>
  createParkedEvents(config('EVENTS_QUEUE').EVENTS_QUEUE, name, log)
export const consumedFollowersQueue = () => {
  const { FOLLOWERS_QUEUE } = config('FOLLOWERS_QUEUE')
  return { ...createQueue<News>(FOLLOWERS_QUEUE), ...createConsumedQueue(FOLLOWERS_QUEUE) }
}
/** Only if pictures are checked. */
export const imageChecks = () =>
  config('IMAGE_CHECKS_QUEUE').IMAGE_CHECKS_QUEUE === 'off' ? {} : { imageChecks: imageChecksQueue() }
export const consumedImageChecksQueue = () => {
  const { IMAGE_CHECKS_QUEUE } = config('IMAGE_CHECKS_QUEUE')
  return { ...imageChecksQueue(), ...createConsumedQueue(IMAGE_CHECKS_QUEUE) }
}
