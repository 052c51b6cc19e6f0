import { setTimeout as delay } from 'node:timers/promises'
import type { Message, SQSClient } from '@aws-sdk/client-sqs'
import { Consumer } from 'sqs-consumer'
import { createBatches } from './batches.ts'
import { judgeAnswer, toSqsEvent } from './event-batch.ts'
import { type Invocation, invokeFunction } from './invoke.ts'
import { createOutage, describeError } from './outage.ts'
import { callSize, deleteMessages } from './queue-messages.ts'

/** A function that a queue triggers, with the limits of serverless.yml. */
export type MappingOptions = {
  functionName: string
  /** Base URL of the Lambda API. */
  invokeUrl: string
  /** How long an invocation may take before its batch counts as failed. */
  timeoutMs: number
  sqs: SQSClient
  queueUrl: string
  queueArn: string
  /** The queue's visibility timeout; a batch that could not be delivered by then is dropped. */
  visibilityTimeoutMs: number
  region: string
  batchSize: number
  windowMs: number
  maximumConcurrency: number
  /** Whether the function answers with `batchItemFailures`; without it any answer completes the batch. */
  reportsItemFailures: boolean
  /** Receives one line about an outage or an invalid answer. */
  report: (line: string) => void
}

/** A running mapping. */
export type EventSourceMapping = {
  /** Stops polling at once and waits for running batches, at most `drainMs` (default 2000). */
  stop(drainMs?: number): Promise<void>
}

const retryMs = 500
const longPollSeconds = 10

/** Delivers a queue's messages to a function in batches, like Lambda's event source mapping. */
export function startMapping(options: MappingOptions): EventSourceMapping {
  const stopping = new AbortController()
  const batches = createBatches<Message>({
    size: options.batchSize,
    windowMs: options.windowMs,
    concurrency: options.maximumConcurrency,
    run: createBatchRun(options, stopping.signal),
  })
  const consumer = createPoller(options, stopping.signal, messages => batches.add(messages))
  consumer.start()

  return {
    async stop(drainMs = 2000) {
      consumer.stop({ abort: true })
      const abandon = setTimeout(() => stopping.abort(), drainMs)
      await batches.stop()
      clearTimeout(abandon)
      stopping.abort()
    },
  }
}

function createPoller(options: MappingOptions, stopping: AbortSignal, take: (messages: Message[]) => Promise<void>) {
  const outage = createOutage(`SQS queue ${options.queueArn}`, options.report)
  const consumer = Consumer.create({
    queueUrl: options.queueUrl,
    sqs: options.sqs,
    batchSize: Math.min(options.batchSize, callSize),
    waitTimeSeconds: longPollSeconds,
    authenticationErrorTimeout: 0,
    messageSystemAttributeNames: ['All'],
    messageAttributeNames: ['All'],
    // We delete messages ourselves, after the function has answered.
    shouldDeleteMessages: false,
    // Each push is a group of its own, so no order is lost.
    suppressFifoWarning: true,
    preReceiveMessageCallback: () => (outage.isOngoing() ? pause(stopping) : Promise.resolve()),
    postReceiveMessageCallback: async () => {
      if (outage.isOngoing()) consumer.updateOption('waitTimeSeconds', longPollSeconds)
      outage.ended()
    },
    handleMessageBatch: async messages => {
      await take(messages)
      return undefined
    },
  })
  consumer.on('error', error => {
    if (!consumer.status.isRunning) return
    // An empty queue answers soon, so that the end of the outage shows.
    consumer.updateOption('waitTimeSeconds', 1)
    outage.began(error)
  })
  return consumer
}

/** Runs one batch: invokes until somebody answers, then deletes finished messages. The rest becomes visible again. */
function createBatchRun(options: MappingOptions, stopping: AbortSignal): (batch: Message[]) => Promise<void> {
  const lambda = createOutage(`The Lambda endpoint ${options.invokeUrl}`, options.report)
  const deleting = createOutage(`DeleteMessageBatch on ${options.queueArn}`, options.report)

  async function invoke(batch: Message[]): Promise<Invocation> {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(options.timeoutMs)])
    return invokeFunction(options.invokeUrl, options.functionName, toSqsEvent(batch, options), signal)
  }

  async function invokeUntilAnswered(batch: Message[]): Promise<Invocation> {
    const giveUpAt = performance.now() + options.visibilityTimeoutMs
    let invocation = await invoke(batch)
    while (invocation.kind === 'unreachable' && !stopping.aborted && performance.now() < giveUpAt) {
      lambda.began(invocation.cause)
      await pause(stopping)
      invocation = await invoke(batch)
    }
    if (invocation.kind !== 'unreachable') lambda.ended()
    return invocation
  }

  return async batch => {
    const invocation = await invokeUntilAnswered(batch)
    if (invocation.kind !== 'answered') return
    const verdict = options.reportsItemFailures ? judgeAnswer(invocation.body, batch) : { done: batch }
    if (verdict.problem) options.report(`${options.functionName} gave ${verdict.problem}; the whole batch is retried`)
    const deleted = deleteMessages(options.sqs, options.queueUrl, verdict.done)
    await deleted.then(deleting.ended, error => deleting.began(describeError(error)))
  }
}

/** Waits before another try; ends early, without an error, when the mapping stops. */
async function pause(stopping: AbortSignal): Promise<void> {
  await delay(retryMs, undefined, { signal: stopping }).catch(() => undefined)
}
