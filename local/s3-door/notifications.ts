/** Notifies queues of new objects in a bucket, in the format of S3's own notifications. */

import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'

/** An object that was just stored. */
type Arrived = { bucket: string; key: string; size: number; etag: string }

type NotificationOptions = {
  sqs: SQSClient
  region: string
  buckets: readonly { name: string; notifications: readonly { queue: string; prefix: string }[] }[]
  /** By logical name. */
  queues: ReadonlyMap<string, { url: string }>
}

/** Creates the notifier; it throws if a queue could not be notified. */
export function createNotifications({ sqs, region, buckets, queues }: NotificationOptions) {
  return async (arrived: Arrived): Promise<void> => {
    const all = buckets.filter(it => it.name === arrived.bucket).flatMap(it => it.notifications)
    const told = all.filter(({ prefix }) => arrived.key.startsWith(prefix))
    const MessageBody = JSON.stringify({ Records: [recordOf(arrived, region)] })
    for (const { queue } of told) {
      await sqs.send(new SendMessageCommand({ QueueUrl: queues.get(queue)?.url, MessageBody }))
    }
  }
}

function recordOf({ bucket, key, size, etag }: Arrived, awsRegion: string) {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion,
    eventTime: new Date().toISOString(),
    eventName: 'ObjectCreated:Post',
    s3: {
      s3SchemaVersion: '1.0',
      bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
      // Encoded as in a form, but a slash stays.
      object: { key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'), size, eTag: etag },
    },
  }
}
