import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClosing } from '../../local/closing.ts'
import { type MappingOptions, startMapping } from '../../local/event-source-mapping.ts'
import { pickFreePort } from '../../local/ports.ts'
import { openSqs } from '../../local/stores.ts'
import { canary, leaksIn } from '../canary.ts'
import { listen } from '../listen.ts'
import { localAws } from '../opened.ts'
import { patience } from '../patience.ts'

type Answer = { status?: number; headers?: Record<string, string>; body?: unknown }
type Invocation = { name: string; event: SQSEvent }
/** `count` is how many invocations there were, this one too. */
type Answering = (invocation: Invocation, count: number) => Answer | Promise<Answer>

const { region, credentials } = localAws
/** What an event may hold, and a report must not. */
const secretBody = JSON.stringify(canary)

let closing = createClosing()
let sqs: SQSClient
let sqsPort: number
let reported: string[][]

beforeEach(async () => {
  closing = createClosing()
  reported = []
  sqsPort = await pickFreePort('127.0.0.1')
  const store = await openSqs(sqsPort, region)
  closing.add(() => store.close())
  sqs = new SQSClient({ endpoint: store.url, region, credentials })
  closing.add(() => sqs.destroy())
})

afterEach(async () => {
  await closing.close()
  expect(leaksIn(reported)).toEqual([])
})

/** A stand-in for Lambda's API that answers each invocation as the test says. */
async function openLambda(answer: Answering, port = 0) {
  const invocations: Invocation[] = []
  const server = createServer(async (request, response) => {
    const event = (await json(request)) as SQSEvent
    const invocation = { name: request.url?.split('/')[3] ?? '', event }
    invocations.push(invocation)
    const { status = 200, headers = {}, body = '' } = await answer(invocation, invocations.length)
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  return { url: await listen(server, '127.0.0.1', port), invocations }
}

async function createQueue(name: string, attributes: Record<string, string> = {}) {
  const { QueueUrl: queueUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
  )
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn', 'VisibilityTimeout'] }),
  )
  return {
    queueUrl,
    queueArn: Attributes?.QueueArn ?? '',
    visibilityTimeoutMs: Number(Attributes?.VisibilityTimeout) * 1000,
  }
}

function map(queue: Awaited<ReturnType<typeof createQueue>>, invokeUrl: string, others: Partial<MappingOptions> = {}) {
  const reports: string[] = []
  reported.push(reports)
  const mapping = startMapping({
    functionName: 'queqiao-local-send',
    invokeUrl,
    timeoutMs: 5000,
    sqs,
    ...queue,
    region,
    batchSize: 10,
    windowMs: 0,
    maximumConcurrency: 2,
    reportsItemFailures: true,
    report: line => reports.push(line),
    ...others,
  })
  closing.add(() => mapping.stop(0))
  return { stop: mapping.stop, reports }
}

async function send(queueUrl: string, bodies: string[]) {
  for (let start = 0; start < bodies.length; start += 10) {
    const Entries = bodies.slice(start, start + 10).map((MessageBody, index) => ({ Id: String(index), MessageBody }))
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
  }
}

async function countMessages(queueUrl: string) {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...AttributeNames] }),
  )
  return AttributeNames.map(name => Number(Attributes?.[name]))
}

const isEmpty = ({ queueUrl }: { queueUrl: string }) =>
  vi.waitFor(async () => expect(await countMessages(queueUrl)).toEqual([0, 0]), patience)

/** A queue with these messages, a function that answers so, and the mapping between them. */
async function feed(
  bodies: string[],
  answer: Answering = () => failing(),
  { attributes, ...others }: Partial<MappingOptions> & { attributes?: Record<string, string> } = {},
) {
  const queue = await createQueue('events', attributes)
  const lambda = await openLambda(answer)
  await send(queue.queueUrl, bodies)
  return { queue, lambda, ...map(queue, lambda.url, others) }
}

const bodiesOf = (invocations: Invocation[]) =>
  invocations.flatMap(({ event }) => event.Records.map(({ body }) => body))
const failing = (...itemIdentifiers: string[]) => ({
  body: { batchItemFailures: itemIdentifiers.map(itemIdentifier => ({ itemIdentifier })) },
})

const never = new Promise<Answer>(() => undefined)
const shownSoon = { VisibilityTimeout: '1' }

describe('startMapping', () => {
  it('hands messages over as Lambda does and deletes them', async () => {
    const queue = await createQueue('events')
    const lambda = await openLambda(() => failing())
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queue.queueUrl,
        MessageBody: '{"id":"1"}',
        MessageAttributes: { from: { DataType: 'String', StringValue: 'shop' } },
      }),
    )

    map(queue, lambda.url)

    await isEmpty(queue)
    expect(lambda.invocations).toEqual([
      {
        name: 'queqiao-local-send',
        event: {
          Records: [
            {
              messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
              receiptHandle: expect.any(String),
              body: '{"id":"1"}',
              attributes: {
                SenderId: expect.any(String),
                SentTimestamp: expect.stringMatching(/^\d{13}$/),
                ApproximateReceiveCount: '1',
                ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
              },
              messageAttributes: {
                from: { stringValue: 'shop', stringListValues: [], binaryListValues: [], dataType: 'String' },
              },
              md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
              md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
              eventSource: 'aws:sqs',
              eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:events',
              awsRegion: 'us-east-1',
            },
          ],
        },
      },
    ])
  })

  it('gathers up to the batch size within the window', async () => {
    const bodies = Array.from({ length: 25 }, (_, index) => String(index))
    const { lambda } = await feed(bodies, undefined, { batchSize: 20, windowMs: 800 })

    await vi.waitFor(() => expect(bodiesOf(lambda.invocations)).toHaveLength(25), patience)
    expect(lambda.invocations.map(({ event }) => event.Records.length)).toEqual([20, 5])
  })

  it('hands over what one receive brought at once without a window', async () => {
    const { lambda } = await feed(['a', 'b', 'c'], undefined, { batchSize: 2 })

    await vi.waitFor(() => expect(bodiesOf(lambda.invocations).sort()).toEqual(['a', 'b', 'c']), patience)
    expect(Math.max(...lambda.invocations.map(({ event }) => event.Records.length))).toBe(2)
  })

  it('runs no more batches at once than allowed', async () => {
    let [running, most] = [0, 0]
    const { promise: open, resolve: release } = Promise.withResolvers<void>()
    const answer = async () => {
      running += 1
      most = Math.max(most, running)
      await open
      running -= 1
      return failing()
    }
    const { queue, lambda } = await feed(['a', 'b', 'c', 'd', 'e'], answer, { batchSize: 1, maximumConcurrency: 2 })
    await vi.waitFor(() => expect(running).toBe(2), patience)
    release()

    await isEmpty(queue)
    expect(most).toBe(2)
    expect(lambda.invocations).toHaveLength(5)
  })

  it('lets only the failed messages come again', async () => {
    const isBad = ({ body, attributes }: SQSRecord) => body === 'bad' && attributes.ApproximateReceiveCount === '1'
    const answer: Answering = ({ event }) => failing(...event.Records.filter(isBad).map(it => it.messageId))
    const { queue, lambda } = await feed(['good', 'bad'], answer, { attributes: shownSoon })

    await vi.waitFor(() => expect(bodiesOf(lambda.invocations)).toHaveLength(3), patience)
    await isEmpty(queue)
    expect(bodiesOf(lambda.invocations).sort()).toEqual(['bad', 'bad', 'good'])
  })

  const wholeBatchFailures: [string, Answer][] = [
    ['names a message that is not in the batch', failing('no-such-message')],
    ['throws', { headers: { 'x-amz-function-error': 'Unhandled' }, body: { errorMessage: secretBody } }],
    ['does not exist', { status: 404, body: { Message: 'Function not found' } }],
  ]

  it.each(wholeBatchFailures)('lets the whole batch come again when the function %s', async (_, first) => {
    const answer: Answering = (_, count) => (count === 1 ? first : failing())
    const { queue, lambda } = await feed(['a', 'b'], answer, { attributes: shownSoon })

    await isEmpty(queue)
    const counts = lambda.invocations.flatMap(({ event }) =>
      event.Records.map(r => r.attributes.ApproximateReceiveCount),
    )
    expect(bodiesOf(lambda.invocations).sort()).toEqual(['a', 'a', 'b', 'b'])
    expect(counts.sort()).toEqual(['1', '1', '2', '2'])
  })

  it('lets the whole batch come again when the function takes too long', async () => {
    const answer: Answering = (_, count) => (count === 1 ? never : failing())
    // Far more than the second answer takes on a machine that is busy.
    const { queue, lambda } = await feed(['slow'], answer, { attributes: shownSoon, timeoutMs: 500 })

    await isEmpty(queue)
    expect(bodiesOf(lambda.invocations)).toEqual(['slow', 'slow'])
  })

  it('takes any answer as success when the function does not report item failures', async () => {
    const answer: Answering = ({ event }) => failing(event.Records[0]?.messageId ?? '')
    const { queue, lambda } = await feed(['a'], answer, { reportsItemFailures: false })

    await vi.waitFor(() => expect(lambda.invocations).toHaveLength(1), patience)
    await isEmpty(queue)
  })

  it('leaves a message that keeps failing to the dead-letter queue', async () => {
    const dead = await createQueue('events-dlq')
    const policy = { deadLetterTargetArn: dead.queueArn, maxReceiveCount: 2 }
    const attributes = { ...shownSoon, RedrivePolicy: JSON.stringify(policy) }
    const answer: Answering = ({ event }) => failing(...event.Records.map(({ messageId }) => messageId))
    const { queue, lambda } = await feed([secretBody], answer, { attributes })

    await vi.waitFor(async () => expect(await countMessages(dead.queueUrl)).toEqual([1, 0]), patience)
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: dead.queueUrl }))
    expect(Messages?.map(({ Body }) => Body)).toEqual([secretBody])
    expect(lambda.invocations).toHaveLength(2)
    expect(await countMessages(queue.queueUrl)).toEqual([0, 0])
  })

  it('feeds two functions from their own queues', async () => {
    const events = await createQueue('events')
    const receipts = await createQueue('receipts')
    const lambda = await openLambda(() => failing())
    await send(events.queueUrl, ['event'])
    await send(receipts.queueUrl, ['receipt'])

    map(events, lambda.url, { functionName: 'send' })
    map(receipts, lambda.url, { functionName: 'receipts' })

    await vi.waitFor(() => expect(lambda.invocations).toHaveLength(2), patience)
    const taken = lambda.invocations.map(({ name, event }) => [name, event.Records[0]?.body])
    expect(Object.fromEntries(taken)).toEqual({ send: 'event', receipts: 'receipt' })
  })

  it('says once that nobody answers, and goes on when somebody does', async () => {
    const queue = await createQueue('events')
    const port = await pickFreePort('127.0.0.1')
    await send(queue.queueUrl, [secretBody, secretBody])

    const { reports } = map(queue, `http://127.0.0.1:${port}`, { batchSize: 1 })
    await vi.waitFor(() => expect(reports).toHaveLength(1), patience)
    const lambda = await openLambda(() => failing(), port)

    await isEmpty(queue)
    expect(bodiesOf(lambda.invocations)).toEqual([secretBody, secretBody])
    expect(reports).toEqual([
      expect.stringMatching(/^The Lambda endpoint .* does not answer \(.*ECONNREFUSED.*\); trying again$/),
      expect.stringMatching(/^The Lambda endpoint .* answers again$/),
    ])
  })

  it('says once that SQS does not answer', async () => {
    const queue = await createQueue('events')
    const lambda = await openLambda(() => failing())
    const port = await pickFreePort('127.0.0.1')
    const nobody = new SQSClient({ endpoint: `http://127.0.0.1:${port}`, region, credentials, maxAttempts: 1 })

    const { reports, stop } = map(queue, lambda.url, { sqs: nobody })
    await vi.waitFor(() => expect(reports).toHaveLength(1), patience)
    const late = await openSqs(port, region)
    closing.add(() => late.close())
    await nobody.send(new CreateQueueCommand({ QueueName: 'events' }))

    await vi.waitFor(() => expect(reports).toHaveLength(2), patience)
    await stop(0)
    expect(reports).toEqual([
      expect.stringMatching(/^SQS queue .*:events does not answer \(.*\); trying again$/),
      expect.stringMatching(/^SQS queue .*:events answers again$/),
    ])
  })

  it('stops with no message taken any more, and waits for the running batch', async () => {
    const { promise: open, resolve: release } = Promise.withResolvers<void>()
    const { queue, lambda, stop } = await feed(['running'], () => open.then(() => failing()))
    await vi.waitFor(() => expect(lambda.invocations).toHaveLength(1), patience)

    const stopped = stop()
    release()
    await stopped

    expect(await countMessages(queue.queueUrl)).toEqual([0, 0])
  })

  it('gives up a batch that does not end when it stops', async () => {
    const { queue, lambda, stop } = await feed(['endless'], () => never)
    await vi.waitFor(() => expect(lambda.invocations).toHaveLength(1), patience)

    await stop(10)

    expect(await countMessages(queue.queueUrl)).toEqual([0, 1])
  })
})
