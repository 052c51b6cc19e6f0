/** SQS and DynamoDB for commands of tools/: the local stack's own, with what a stage has of queues and deliveries. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

import { deployment } from '../../kit/deployment.ts'
import { createDeliveryStore } from '../../lib/adapters/dynamo/deliveries.ts'
import { pickFreePort } from '../../local/ports.ts'
import { provisionQueues, provisionTables } from '../../local/provision.ts'
import { deleteMessages, receiveMessages } from '../../local/queue-messages.ts'
import { openDynamoDb } from '../../local/stores.ts'
import { openEmulator } from '../opened.ts'
import { untilEnd } from './session.ts'

const client = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }

/** Opens the queues of a stage's events, by their endings. */
export async function openQueues(stage: string) {
  const url = await openEmulator()
  const sqs = new SQSClient({ ...client, endpoint: url })
  untilEnd.add(() => sqs.destroy())
  const nameOf = (ending: string) => `queqiao-${stage}-events${ending}`
  // One receive too many is soon made.
  const made = deployment.queues.filter(it => /^events(-dlq|-review)?$/.test(it.name))
  await provisionQueues(
    sqs,
    made.map(it => ({
      ...{ ...it, name: `queqiao-${stage}-${it.name}` },
      redrive: it.redrive && { ...it.redrive, maxReceiveCount: 1 },
    })),
  )
  const urlOf = async (ending: string) =>
    (await sqs.send(new GetQueueUrlCommand({ QueueName: nameOf(ending) }))).QueueUrl ?? ''

  return {
    port: new URL(url).port,
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
      const url = await urlOf(ending)
      const taken: Message[] = []
      for (let more = await receiveMessages(sqs, url); more.length > 0; more = await receiveMessages(sqs, url)) {
        taken.push(...more)
        await deleteMessages(sqs, url, more)
      }
      return taken
    },
  }
}

/** Opens the deliveries of a stage. */
export async function openDeliveries(stage: string) {
  const port = await pickFreePort('127.0.0.1')
  const { url, close } = await openDynamoDb(port)
  untilEnd.add(close)
  const dynamodb = new DynamoDBClient({ ...client, endpoint: url })
  untilEnd.add(() => dynamodb.destroy())
  const table = `queqiao-${stage}-deliveries`
  const made = deployment.tables.filter(it => it.TableName === 'deliveries')
  await provisionTables(
    dynamodb,
    made.map(it => ({ ...it, TableName: table })),
  )
  const dynamo = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } })
  return { port, url, store: createDeliveryStore(dynamo, table, { now: Date.now, isIndexed: false }) }
}
