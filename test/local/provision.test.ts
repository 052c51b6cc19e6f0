import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateQueueCommand, GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { type Deployment, readDeployment } from '../../local/deployment.ts'
import { pickFreePort } from '../../local/ports.ts'
import { provisionBuckets, provisionQueues, provisionTables } from '../../local/provision.ts'
import { openDynamoDb } from '../../local/stores.ts'
import { localAws, openEmulator } from '../opened.ts'

/** As `sls print` says it. */
const printed = parse(`
service: queqiao
provider: { name: aws, timeout: 10 }
functions:
  login: { name: queqiao-local-login, events: [{ httpApi: POST /login }] }
  send:
    name: queqiao-local-send
    timeout: 60
    events:
      - sqs:
          arn: { Fn::GetAtt: [EventsQueue, Arn] }
          batchSize: 50
          maximumBatchingWindow: 1
          functionResponseType: ReportBatchItemFailures
          maximumConcurrency: 10
  plain: { name: queqiao-local-plain, events: [{ sqs: { arn: { Fn::GetAtt: [DeadQueue, Arn] } } }] }
resources:
  Resources:
    DeliveriesTable:
      Type: AWS::DynamoDB::Table
      Properties:
        TableName: queqiao-local-deliveries
        BillingMode: PAY_PER_REQUEST
        AttributeDefinitions: [{ AttributeName: id, AttributeType: S }, { AttributeName: msgid, AttributeType: S }]
        KeySchema: [{ AttributeName: id, KeyType: HASH }]
        GlobalSecondaryIndexes:
          - IndexName: by-msgid
            KeySchema: [{ AttributeName: msgid, KeyType: HASH }]
            Projection: { ProjectionType: KEYS_ONLY }
        TimeToLiveSpecification: { AttributeName: expiresAt, Enabled: true }
    EventsQueue:
      Type: AWS::SQS::Queue
      Properties:
        QueueName: queqiao-local-events
        VisibilityTimeout: 360
        MessageRetentionPeriod: 345600
        RedrivePolicy: { deadLetterTargetArn: { Fn::GetAtt: [DeadQueue, Arn] }, maxReceiveCount: 20 }
    DeadQueue: { Type: AWS::SQS::Queue, Properties: { QueueName: queqiao-local-events-dlq } }
    Pictures:
      Type: AWS::S3::Bucket
      Properties:
        BucketName: queqiao-local-pictures
        NotificationConfiguration:
          QueueConfigurations:
            - Event: s3:ObjectCreated:*
              Queue: { Fn::GetAtt: [EventsQueue, Arn] }
              Filter: { S3Key: { Rules: [{ Name: prefix, Value: uploads/ }] } }
    Plain: { Type: AWS::S3::Bucket, Properties: { BucketName: queqiao-local-plain } }
    Alarm: { Type: AWS::CloudWatch::Alarm }
`)

const deployment: Deployment = readDeployment(printed)

async function openSqsClient(region = localAws.region) {
  const url = await openEmulator()
  return { url, sqs: new SQSClient({ ...localAws, region, endpoint: url }) }
}

describe('readDeployment', () => {
  it('reads the triggers with Lambda’s own standards', () => {
    expect(deployment.triggers).toEqual([
      {
        functionName: 'queqiao-local-send',
        timeout: 60,
        queue: 'EventsQueue',
        batchSize: 50,
        maximumBatchingWindow: 1,
        maximumConcurrency: 10,
        reportsItemFailures: true,
      },
      {
        functionName: 'queqiao-local-plain',
        timeout: 10,
        queue: 'DeadQueue',
        batchSize: 10,
        maximumBatchingWindow: 0,
        maximumConcurrency: 2,
        reportsItemFailures: false,
      },
    ])
  })
})

describe('provisionBuckets', () => {
  it('creates buckets, leaves those that exist, and knows whom each notifies', async () => {
    const { url } = await openSqsClient()
    const s3 = new S3Client({ ...localAws, endpoint: url, forcePathStyle: true })
    onTestFinished(() => s3.destroy())

    await provisionBuckets(s3, deployment.buckets)
    await provisionBuckets(s3, deployment.buckets)

    const { Buckets } = await s3.send(new ListBucketsCommand({}))
    expect(Buckets?.map(it => it.Name)).toEqual(['queqiao-local-pictures', 'queqiao-local-plain'])
    expect(deployment.buckets.map(it => it.notifications)).toEqual([[{ queue: 'EventsQueue', prefix: 'uploads/' }], []])
  })
})

describe('provisionTables', () => {
  it('creates a table with its index, and leaves one that exists', async () => {
    const store = await openDynamoDb(await pickFreePort('127.0.0.1'))
    onTestFinished(() => store.close())
    const dynamodb = new DynamoDBClient({ ...localAws, endpoint: store.url })

    await provisionTables(dynamodb, deployment.tables)
    await provisionTables(dynamodb, deployment.tables)

    const { TableNames } = await dynamodb.send(new ListTablesCommand({}))
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'queqiao-local-deliveries' }))
    expect(TableNames).toEqual(['queqiao-local-deliveries'])
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', GlobalSecondaryIndexes: [{ IndexName: 'by-msgid' }] })
  })
})

describe('provisionQueues', () => {
  it('creates queues with their settings and dead-letter queue', async () => {
    const { sqs } = await openSqsClient()

    const queues = await provisionQueues(sqs, deployment.queues)

    expect(queues.get('EventsQueue')).toMatchObject({
      arn: 'arn:aws:sqs:us-east-1:000000000000:queqiao-local-events',
      visibilityTimeoutMs: 360_000,
    })
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queues.get('EventsQueue')?.url, AttributeNames: ['All'] }),
    )
    expect(Attributes).toMatchObject({ VisibilityTimeout: '360', MessageRetentionPeriod: '345600' })
    expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toEqual({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:queqiao-local-events-dlq',
      maxReceiveCount: 20,
    })
  })

  it('gives a queue that exists the settings of the deployment', async () => {
    const { sqs } = await openSqsClient()
    const before = { QueueName: 'queqiao-local-events', Attributes: { VisibilityTimeout: '5' } }
    await sqs.send(new CreateQueueCommand(before))

    await provisionQueues(sqs, deployment.queues)
    const queues = await provisionQueues(sqs, deployment.queues)

    expect(queues.get('EventsQueue')?.visibilityTimeoutMs).toBe(360_000)
  })

  it('shows every client the same queue, whatever its region, by name and by URL', async () => {
    const { sqs, url } = await openSqsClient()
    await provisionQueues(sqs, deployment.queues)
    const elsewhere = new SQSClient({ ...localAws, region: 'cn-north-1', endpoint: url })

    const { QueueUrl } = await elsewhere.send(new GetQueueUrlCommand({ QueueName: 'queqiao-local-events' }))
    const { Attributes } = await elsewhere.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    )

    expect(QueueUrl).toBe(`${url}/000000000000/queqiao-local-events`)
    expect(Attributes?.QueueArn).toBe('arn:aws:sqs:us-east-1:000000000000:queqiao-local-events')
  })
})
