import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, it } from 'vitest'

import { createQueueSizes } from '../../../lib/adapters/aws/sqs-sizes.ts'
import { openEmulator, stubAws } from '../../opened.ts'

it('createQueueSizes › counts what waits, what is put off and what is in work, and throws by name what is no queue', async () => {
  const url = await openEmulator()
  stubAws({ AWS_ENDPOINT_URL_SQS: url })
  const sqs = new SQSClient({})
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'events' }))
  for (const MessageBody of ['a', 'b']) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))

  const { size } = createQueueSizes()

  expect(await size('events')).toEqual({ ready: 2, later: 0, inWork: 0 })
  await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 60 }))
  for (const MessageBody of ['c', 'd', 'e'])
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds: 60 }))
  expect(await size('events')).toEqual({ ready: 1, later: 3, inWork: 1 })
  await expect(size('no-events')).rejects.toMatchObject({ name: 'QueueDoesNotExist' })
})
