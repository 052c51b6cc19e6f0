/** The queues of a template, made in the emulator of SQS on loopback, and what they say of themselves. */

import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import * as v from 'valibot'
import { vi } from 'vitest'
import { openEmulator } from '../opened.ts'
import type { Datapoint } from './alarm-evaluation.ts'
import { resourcesOf, type Template } from './packaged.ts'

const region = 'us-east-1'
const properties = v.looseObject({
  QueueName: v.string(),
  RedrivePolicy: v.optional(
    v.object({
      deadLetterTargetArn: v.object({ 'Fn::GetAtt': v.tuple([v.string(), v.literal('Arn')]) }),
      maxReceiveCount: v.number(),
    }),
  ),
})

/** What SQS says when it is asked, and its name as a metric. */
const metrics = {
  ApproximateNumberOfMessages: 'ApproximateNumberOfMessagesVisible',
  ApproximateNumberOfMessagesDelayed: 'ApproximateNumberOfMessagesDelayed',
  ApproximateNumberOfMessagesNotVisible: 'ApproximateNumberOfMessagesNotVisible',
} as const

/** Makes them all, by their logical names; they are gone with the test. */
export async function openPackagedQueues(template: Template) {
  const url = await openEmulator()
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', url)
  const sqs = new SQSClient({ endpoint: url, region, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } })
  const queues = Object.entries(resourcesOf(template, 'AWS::SQS::Queue')).map(
    ([name, it]) => [name, v.parse(properties, it.Properties)] as const,
  )
  const of = Object.fromEntries(queues)
  const urls = new Map<string, string | undefined>()
  // Dead-letter queues first: the others name them.
  for (const [name, { QueueName, RedrivePolicy }] of queues.toSorted(([, a], [, b]) => rankOf(a) - rankOf(b))) {
    const Attributes = {
      ...(RedrivePolicy === undefined ? {} : { RedrivePolicy: redriveOf(RedrivePolicy, of) }),
      ...(isFifo(QueueName) ? { FifoQueue: 'true' } : {}),
    }
    urls.set(name, (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl)
  }
  /** Takes all, as a consumer does that ends before it has deleted them. */
  const receive = async (queue: string, VisibilityTimeout = 180) => {
    const request = { QueueUrl: urls.get(queue), MaxNumberOfMessages: 10, VisibilityTimeout }
    return (await sqs.send(new ReceiveMessageCommand(request))).Messages ?? []
  }
  return {
    receive,
    async push(queue: string, count: number) {
      for (let n = 0; n < count; n++) {
        const group = isFifo(of[queue]?.QueueName ?? '')
          ? { MessageGroupId: `${n}`, MessageDeduplicationId: `${n}` }
          : {}
        await sqs.send(new SendMessageCommand({ QueueUrl: urls.get(queue), MessageBody: '{}', ...group }))
      }
    },
    /** Gives a message out as often as its queue does; the next receive lays it aside. */
    async useUp(queue: string) {
      for (let n = 0; n < (of[queue]?.RedrivePolicy?.maxReceiveCount ?? 0); n++) await receive(queue, 0)
    },
    /** What all of them say, as metrics of that time. */
    async read(at: number): Promise<Datapoint[]> {
      const asked = queues.map(async ([name, { QueueName }]) => {
        const request = { QueueUrl: urls.get(name), AttributeNames: ['All' as const] }
        const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand(request))
        return Object.entries(metrics).map(([attribute, metric]) => {
          const value = Number(Attributes[attribute as keyof typeof metrics] ?? 0)
          return { namespace: 'AWS/SQS', metric, dimensions: { QueueName }, at, value }
        })
      })
      return (await Promise.all(asked)).flat()
    },
  }
}

const isFifo = (name: string) => name.endsWith('.fifo')

type Queue = v.InferOutput<typeof properties>

const rankOf = ({ RedrivePolicy }: Queue) => (RedrivePolicy === undefined ? 0 : 1)

function redriveOf(
  { deadLetterTargetArn, maxReceiveCount }: NonNullable<Queue['RedrivePolicy']>,
  of: Record<string, Queue>,
) {
  const [name] = deadLetterTargetArn['Fn::GetAtt']
  return JSON.stringify({
    deadLetterTargetArn: `arn:aws:sqs:${region}:000000000000:${of[name]?.QueueName}`,
    maxReceiveCount: `${maxReceiveCount}`,
  })
}
