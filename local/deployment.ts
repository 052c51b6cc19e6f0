import * as v from 'valibot'

/** A reference from one resource to another's ARN, by logical name. */
const arnOf = v.pipe(
  v.object({ 'Fn::GetAtt': v.tuple([v.string(), v.literal('Arn')]) }),
  v.transform(reference => reference['Fn::GetAtt'][0]),
)

const keySchema = v.array(v.object({ AttributeName: v.string(), KeyType: v.picklist(['HASH', 'RANGE']) }))
const projection = v.object({
  ProjectionType: v.picklist(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: v.exactOptional(v.array(v.string())),
})

const tableSchema = v.object({
  TableName: v.string(),
  AttributeDefinitions: v.array(v.object({ AttributeName: v.string(), AttributeType: v.picklist(['S', 'N', 'B']) })),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: v.exactOptional(
    v.array(v.object({ IndexName: v.string(), KeySchema: keySchema, Projection: projection })),
  ),
})

const queueSchema = v.objectWithRest(
  {
    QueueName: v.string(),
    RedrivePolicy: v.exactOptional(v.object({ deadLetterTargetArn: arnOf, maxReceiveCount: v.number() })),
  },
  v.unknown(),
)

const bucketSchema = v.object({
  BucketName: v.string(),
  NotificationConfiguration: v.optional(
    v.object({
      QueueConfigurations: v.array(
        v.object({
          Queue: arnOf,
          Filter: v.object({
            S3Key: v.object({ Rules: v.tuple([v.object({ Name: v.literal('prefix'), Value: v.string() })]) }),
          }),
        }),
      ),
    }),
    { QueueConfigurations: [] },
  ),
})

const sqsEventSchema = v.object({
  arn: arnOf,
  batchSize: v.optional(v.number(), 10),
  maximumBatchingWindow: v.optional(v.number(), 0),
  // Lambda's own minimum; unlimited would be too much for one machine.
  maximumConcurrency: v.optional(v.number(), 2),
  functionResponseType: v.exactOptional(v.literal('ReportBatchItemFailures')),
})

const configSchema = v.object({
  provider: v.object({ timeout: v.optional(v.number(), 6) }),
  functions: v.record(
    v.string(),
    v.object({
      name: v.string(),
      timeout: v.exactOptional(v.number()),
      events: v.optional(v.array(v.object({ sqs: v.exactOptional(sqsEventSchema) })), []),
    }),
  ),
  resources: v.object({
    Resources: v.record(
      v.string(),
      v.object({ Type: v.string(), Properties: v.optional(v.record(v.string(), v.unknown()), {}) }),
    ),
  }),
})

/** A table as CloudFormation would create it. */
export type Table = v.InferOutput<typeof tableSchema>

/** A queue: its settings as SQS attributes, and its dead-letter queue by logical name. */
export type Queue = {
  logicalName: string
  name: string
  attributes: Record<string, string>
  redrive: { deadLetterQueue: string; maxReceiveCount: number } | undefined
}

/** A bucket, and the queues (by logical name) that are notified of objects below a prefix. */
export type Bucket = { name: string; notifications: { queue: string; prefix: string }[] }

/** A function that a queue (by logical name) triggers; times in seconds. */
type Trigger = {
  functionName: string
  timeout: number
  queue: string
  batchSize: number
  maximumBatchingWindow: number
  maximumConcurrency: number
  reportsItemFailures: boolean
}

/** What the local stack uses of a resolved serverless configuration. */
export type Deployment = {
  tables: Table[]
  queues: Queue[]
  buckets: Bucket[]
  triggers: Trigger[]
}

/** Reads tables, queues, buckets and SQS triggers from the output of `sls print --format json`. */
export function readDeployment(printed: unknown): Deployment {
  const config = v.parse(configSchema, printed)
  const resources = Object.entries(config.resources.Resources)
  const ofType = (type: string) => resources.filter(([, resource]) => resource.Type === type)
  return {
    tables: ofType('AWS::DynamoDB::Table').map(([, table]) => v.parse(tableSchema, table.Properties)),
    queues: ofType('AWS::SQS::Queue').map(([logicalName, queue]) => readQueue(logicalName, queue.Properties)),
    buckets: ofType('AWS::S3::Bucket').map(([, bucket]) => readBucket(bucket.Properties)),
    triggers: Object.values(config.functions).flatMap(({ name, timeout = config.provider.timeout, events }) =>
      events.flatMap(({ sqs }) => (sqs ? [readTrigger(name, timeout, sqs)] : [])),
    ),
  }
}

function readBucket(properties: Record<string, unknown>): Bucket {
  const { BucketName, NotificationConfiguration } = v.parse(bucketSchema, properties)
  const notifications = NotificationConfiguration.QueueConfigurations.map(({ Queue: queue, Filter }) => ({
    queue,
    prefix: Filter.S3Key.Rules[0].Value,
  }))
  return { name: BucketName, notifications }
}

function readTrigger(functionName: string, timeout: number, event: v.InferOutput<typeof sqsEventSchema>): Trigger {
  const { arn: queue, functionResponseType, ...limits } = event
  return { functionName, timeout, queue, ...limits, reportsItemFailures: functionResponseType !== undefined }
}

/** CloudFormation's numbers and switches have the names of SQS's attributes, which are all text. */
function readQueue(logicalName: string, properties: Record<string, unknown>): Queue {
  const { QueueName, RedrivePolicy, ...others } = v.parse(queueSchema, properties)
  const settings = Object.entries(others).filter(([, value]) => typeof value === 'number' || typeof value === 'boolean')
  return {
    logicalName,
    name: QueueName,
    attributes: Object.fromEntries(settings.map(([name, value]) => [name, String(value)])),
    redrive: RedrivePolicy && {
      deadLetterQueue: RedrivePolicy.deadLetterTargetArn,
      maxReceiveCount: RedrivePolicy.maxReceiveCount,
    },
  }
}
