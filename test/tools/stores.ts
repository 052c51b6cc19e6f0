/** SQS and DynamoDB for commands of tools/: the local stack's own, with what a stage has of queues and deliveries. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

import { createDeliveryStore } from '../../lib/adapters/dynamo/deliveries.ts'
import type { Closing } from '../../local/closing.ts'
import { pickFreePort } from '../../local/ports.ts'
import { provisionTables } from '../../local/provision.ts'
import { openDynamoDb, openSqs } from '../../local/stores.ts'

const host = '127.0.0.1'
const client = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }

/** Opens the queues of a stage's events, by their endings. */
export async function openQueues(stage: string, closing: Closing) {
  const port = await pickFreePort(host)
  const { url, close } = await openSqs(port, client.region)
  closing.add(close)
  const sqs = new SQSClient({ ...client, endpoint: url })
  closing.add(() => sqs.destroy())
  const nameOf = (ending: string) => `queqiao-${stage}-events${ending}`
  const urlOf = async (ending: string) =>
    (await sqs.send(new GetQueueUrlCommand({ QueueName: nameOf(ending) }))).QueueUrl ?? ''
  await sqs.send(new CreateQueueCommand({ QueueName: nameOf('-dlq') }))
  await sqs.send(new CreateQueueCommand({ QueueName: nameOf('-review') }))
  const { QueueUrl: dlq } = await sqs.send(new GetQueueUrlCommand({ QueueName: nameOf('-dlq') }))
  const names = { QueueUrl: dlq, AttributeNames: ['QueueArn' as const] }
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand(names))
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 1 })
  await sqs.send(new CreateQueueCommand({ QueueName: nameOf(''), Attributes: { RedrivePolicy } }))

  return {
    port,
    url,
    async put(ending: string, body: string, attributes: Readonly<Record<string, string>> = {}) {
      const texts = Object.entries(attributes).map(([name, it]) => [name, { DataType: 'String', StringValue: it }])
      const message = { MessageBody: body, MessageAttributes: Object.fromEntries(texts) }
      await sqs.send(new SendMessageCommand({ QueueUrl: await urlOf(ending), ...message }))
    },
    /** Waits for a message, and takes it. */
    async receive(ending: string): Promise<Message | undefined> {
      const wish = { WaitTimeSeconds: 20, MessageAttributeNames: ['All'] }
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: await urlOf(ending), ...wish }))
      return Messages?.[0]
    },
    /** Takes a message and leaves it, as one who crashes does: shown again at once, it is moved away. */
    async crash(ending: string): Promise<void> {
      const QueueUrl = await urlOf(ending)
      await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }))
      await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }))
    },
    /** Takes all that is to be seen. */
    async drain(ending: string): Promise<Message[]> {
      const QueueUrl = await urlOf(ending)
      const taken: Message[] = []
      for (;;) {
        const wish = { MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, ...wish }))
        if (Messages.length === 0) return taken
        taken.push(...Messages)
        for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      }
    },
  }
}

/** Opens the deliveries of a stage. */
export async function openDeliveries(stage: string, closing: Closing) {
  const port = await pickFreePort(host)
  const { url, close } = await openDynamoDb(port)
  closing.add(close)
  const dynamodb = new DynamoDBClient({ ...client, endpoint: url })
  closing.add(() => dynamodb.destroy())
  const table = `queqiao-${stage}-deliveries`
  const key = { AttributeName: 'id' }
  await provisionTables(dynamodb, [
    {
      TableName: table,
      KeySchema: [{ ...key, KeyType: 'HASH' }],
      AttributeDefinitions: [{ ...key, AttributeType: 'S' }],
    },
  ])
  const dynamo = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } })
  return { port, url, store: createDeliveryStore(dynamo, table, { now: Date.now, isIndexed: false }) }
}
