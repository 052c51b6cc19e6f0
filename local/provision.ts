import {
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { BucketAlreadyOwnedByYou, CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3'
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { Bucket, Queue, Table } from './deployment.ts'

/** A provisioned queue. */
export type ProvisionedQueue = {
  url: string
  arn: string
  visibilityTimeoutMs: number
}

/** Creates the missing tables and waits until all can be used; existing ones stay as they are. */
export async function provisionTables(dynamodb: DynamoDBClient, tables: readonly Table[]): Promise<void> {
  await Promise.all(tables.map(table => provisionTable(dynamodb, table)))
}

/** Creates the missing buckets; existing ones stay as they are. */
export async function provisionBuckets(s3: S3Client, buckets: readonly Bucket[]): Promise<void> {
  await Promise.all(buckets.map(({ name }) => provisionBucket(s3, name)))
}

/** Creates the missing queues and configures all of them; returns them by logical name. */
export async function provisionQueues(
  sqs: SQSClient,
  queues: readonly Queue[],
): Promise<Map<string, ProvisionedQueue>> {
  const provisioned = new Map(
    await Promise.all(queues.map(async queue => [queue.logicalName, await provisionQueue(sqs, queue)] as const)),
  )
  // Only now do all dead-letter queues have ARNs.
  await Promise.all(queues.map(queue => connectDeadLetterQueue(sqs, queue, provisioned)))
  return provisioned
}

// No time to live: nothing may rely on its deletions, and dynalite has none.
async function provisionTable(dynamodb: DynamoDBClient, table: Table): Promise<void> {
  try {
    await dynamodb.send(new CreateTableCommand({ ...table, BillingMode: 'PAY_PER_REQUEST' }))
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
  await waitUntilUsable(dynamodb, table.TableName)
}

/**
 * Waits until a created table can be used; throws after 20 s. `CreateTable` returns before that, and until then calls
 * fail with ResourceNotFound: on AWS for seconds, on dynalite for some turns of its event loop.
 */
async function waitUntilUsable(dynamodb: DynamoDBClient, TableName: string): Promise<void> {
  const often = { maxWaitTime: 20, minDelay: 0.005, maxDelay: 0.1 }
  await waitUntilTableExists({ client: dynamodb, ...often }, { TableName })
}

async function provisionBucket(s3: S3Client, Bucket: string): Promise<void> {
  try {
    await s3.send(new CreateBucketCommand({ Bucket }))
  } catch (error) {
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error
  }
}

async function provisionQueue(sqs: SQSClient, queue: Queue): Promise<ProvisionedQueue> {
  const { FifoQueue, ...changeable } = queue.attributes
  // Without other attributes SQS returns the URL of an existing queue, whatever its settings are.
  const fixed = FifoQueue === undefined ? {} : { Attributes: { FifoQueue } }
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: queue.name, ...fixed }))
  if (!QueueUrl) throw new Error(`SQS gave no URL for ${queue.name}`)
  if (Object.keys(changeable).length > 0) {
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: changeable }))
  }
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn', 'VisibilityTimeout'] }),
  )
  const { QueueArn: arn = '', VisibilityTimeout = '30' } = Attributes ?? {}
  return { url: QueueUrl, arn, visibilityTimeoutMs: Number(VisibilityTimeout) * 1000 }
}

async function connectDeadLetterQueue(
  sqs: SQSClient,
  { logicalName, redrive }: Queue,
  provisioned: ReadonlyMap<string, ProvisionedQueue>,
): Promise<void> {
  if (!redrive) return
  const target = provisioned.get(redrive.deadLetterQueue)
  if (!target) throw new Error(`${logicalName}: no queue ${redrive.deadLetterQueue} for its dead letters`)
  const policy = { deadLetterTargetArn: target.arn, maxReceiveCount: redrive.maxReceiveCount }
  const command = { QueueUrl: provisioned.get(logicalName)?.url, Attributes: { RedrivePolicy: JSON.stringify(policy) } }
  await sqs.send(new SetQueueAttributesCommand(command))
}
