import { networkInterfaces } from 'node:os'
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, it } from 'vitest'
import { pickFreePort } from '../../local/ports.ts'
import { openDynamoDb } from '../../local/stores.ts'
import { localAws, openEmulator } from '../opened.ts'

async function openQueue() {
  const endpoint = await openEmulator()
  const sqs = new SQSClient({ endpoint, ...localAws })
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'events' }))
  const receive = () => sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'] }))
  return { port: new URL(endpoint).port, sqs, QueueUrl, receive }
}

it('openSqs › shows a message again when its visibility is changed to 0, and counts it', async () => {
  const { sqs, QueueUrl, receive } = await openQueue()
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }))
  const first = await receive()
  const hidden = await receive()

  const ReceiptHandle = first.Messages?.[0]?.ReceiptHandle
  await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
  const again = await receive()

  expect(hidden.Messages).toBeUndefined()
  expect(again.Messages?.[0]).toMatchObject({ Body: 'a', Attributes: { ApproximateReceiveCount: '2' } })
})

it('openSqs › takes emoji and rare characters as SQS does, alone and in a batch, and no control characters', async () => {
  const { sqs, QueueUrl, receive } = await openQueue()
  const body = '{"thing1":"𠮷野家 🎉\\t\uFFFD"}'

  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }))
  const Entries = [
    { Id: '0', MessageBody: '👨‍👩‍👧' },
    { Id: '1', MessageBody: 'a\u0001' },
  ]
  const batch = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
  const received = await receive()

  expect(received.Messages?.[0]?.Body).toBe(body)
  expect([batch.Successful?.map(it => it.Id), batch.Failed?.map(it => it.Code)]).toEqual([
    ['0'],
    ['InvalidMessageContents'],
  ])
  const refused = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a\u0000' }))
  await expect(refused).rejects.toThrow('Invalid characters')
})

it('openDynamoDb › answers what it was asked before it closes', async () => {
  const store = await openDynamoDb(await pickFreePort('127.0.0.1'))
  const client = new DynamoDBClient({ endpoint: store.url, ...localAws, maxAttempts: 1 })
  await client.send(
    new CreateTableCommand({
      TableName: 'letters',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  )
  const asked = Array.from({ length: 50 }, (_, id) =>
    client.send(new PutItemCommand({ TableName: 'letters', Item: { id: { S: `${id}` } } })),
  )
  const ends = Promise.allSettled(asked)
  const thrown: unknown[] = []
  const note = (error: unknown) => void thrown.push(error)
  process.on('uncaughtExceptionMonitor', note)
  await asked[0]
  // An answer that comes when its tables are closed is an error that nobody can catch.
  await store.close()
  await ends
  process.off('uncaughtExceptionMonitor', note)
  expect(thrown).toEqual([])
})

const outside = Object.values(networkInterfaces())
  .flatMap(addresses => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)

it.runIf(outside)('openSqs › listens on loopback only', async () => {
  const { port } = await openQueue()

  await expect(fetch(`http://${outside?.address}:${port}/health`)).rejects.toThrow('fetch failed')
})
