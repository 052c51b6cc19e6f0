/**
 * Lambda's detection of recursive loops: SQS keeps the trace header that a message was sent with, Lambda counts in its
 * `Lineage` how often a function was invoked along it, and the SDK sends what the function pushes with the header of its
 * invocation. (docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html)
 */

import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

import type { Message } from '@aws-sdk/client-sqs'
import * as v from 'valibot'

import { listen } from '../listen.ts'

/** "If a function is invoked approximately 16 times in the same chain of requests", the next invocation does not happen. */
const mostRounds = 16
/** Of this function, in the header. */
const lineageId = '43e12f0f'

const text = v.object({ DataType: v.string(), StringValue: v.string() })
const sent = v.object({ MessageBody: v.string(), MessageAttributes: v.optional(v.record(v.string(), text)) })
const named = v.object({ QueueName: v.string() })
const batch = v.object({ QueueUrl: v.string(), Entries: v.array(v.object({ ...sent.entries, Id: v.string() })) })
const answers = {
  GetQueueUrl: (body: unknown, own: string) => ({ QueueUrl: `${own}/123456789012/${v.parse(named, body).QueueName}` }),
  SendMessageBatch: (body: unknown) => {
    const Successful = v.parse(batch, body).Entries.map(it => ({
      Id: it.Id,
      MessageId: randomUUID(),
      MD5OfMessageBody: createHash('md5').update(it.MessageBody).digest('hex'),
    }))
    return { Successful, Failed: [] }
  },
}

/** Opens an SQS that takes messages; `take` gives out those that came into a queue since, delays left out. */
export async function openRecordingSqs() {
  const kept: { readonly queue: string; readonly message: Message }[] = []
  let url = ''
  const server = createServer(async (request, response) => {
    const target = `${request.headers['x-amz-target']}`.replace('AmazonSQS.', '')
    const body = await json(request)
    if (target !== 'GetQueueUrl' && target !== 'SendMessageBatch') return response.writeHead(400).end('{}')
    if (target === 'SendMessageBatch') kept.push(...messagesIn(body, request.headers['x-amzn-trace-id']))
    return response.writeHead(200).end(JSON.stringify(answers[target](body, url)))
  })
  url = await listen(server)
  return {
    url,
    take: (queue: string): Message[] => kept.splice(0).flatMap(it => (it.queue === queue ? it.message : [])),
  }
}

function messagesIn(body: unknown, traced: string | string[] | undefined) {
  const { QueueUrl, Entries } = v.parse(batch, body)
  const header = typeof traced === 'string' ? { AWSTraceHeader: traced } : {}
  return Entries.map(({ MessageBody, MessageAttributes = {} }) => ({
    queue: QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1),
    message: messageOf(MessageBody, { attributes: MessageAttributes, header }),
  }))
}

type Extras = { readonly attributes?: Message['MessageAttributes']; readonly header?: Record<string, string> }

/** A message as a queue gives it out for the first time. */
export function messageOf(body: string, { attributes = {}, header = {} }: Extras = {}): Message {
  const SentTimestamp = `${Date.now()}`
  const Attributes = {
    SentTimestamp,
    ApproximateReceiveCount: '1',
    ApproximateFirstReceiveTimestamp: SentTimestamp,
    ...header,
  }
  return { MessageId: randomUUID(), ReceiptHandle: randomUUID(), Body: body, MessageAttributes: attributes, Attributes }
}

/**
 * The trace header of the invocation with this message, one round further; undefined if Lambda does not invoke the
 * function with it, for it takes the rounds for a loop that is not allowed.
 */
export function traceOf({ Attributes }: Message, recursiveLoop: unknown): string | undefined {
  const header = Attributes?.AWSTraceHeader ?? ''
  const rounds = Number(new RegExp(`Lineage=${lineageId}:(\\d+)`).exec(header)?.[1] ?? 0)
  if (rounds >= mostRounds && recursiveLoop !== 'Allow') return undefined
  return `Root=1-645f7998-4b1e232810b0bb733dba2eab;Parent=5be88d12eefc1fc0;Sampled=0;Lineage=${lineageId}:${rounds + 1}`
}
