/** The Lambda adapter: turns AWS events into plain requests and messages, and errors into answers. */

import middy from '@middy/core'
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
  SQSBatchResponse,
  SQSEvent,
  SQSRecord,
} from 'aws-lambda'

import { RequestError } from '../errors.ts'
import { inBatch, type Named } from '../log-scope.ts'
import { problemOf, requestErrorOf } from '../problem.ts'
import { reportFailing } from './aws/failing.ts'
import { setDeadline } from './deadline.ts'
import { invoke } from './invocation.ts'
import { createLog } from './logger.ts'
import { createMetrics } from './metrics.ts'

/** An HTTP request; header names in lower case, path parameters and query decoded. */
export type HttpRequest = {
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly query: Readonly<Record<string, string | undefined>>
  readonly path: Readonly<Record<string, string | undefined>>
  readonly body: string
  /** When it came to API Gateway, in milliseconds: before a cold start. */
  readonly receivedAt: number
}

/** An HTTP answer: an object becomes JSON, a text stays as it is. `location` is the target of a 302. */
export type HttpAnswer = {
  readonly status: number
  readonly body: object | string
  readonly maxAgeSeconds?: number
  readonly location?: string
}

/** Creates a function's dependencies; once per container. */
export type Open<D> = () => Promise<D>

/**
 * How a consumer parses one record, and processes those that could be parsed, each with its messageId; returns those
 * that must be retried.
 */
export type Consumer<T, D> = {
  readonly read: (record: SQSRecord) => T
  readonly work: (items: readonly (T & Named)[], deps: D, limits: Limits) => Promise<readonly Named[]>
}
type Limits = { readonly until: number }

/** Far below API Gateway's own limit: only pictures are large, and they do not come this way. */
const maxBodyBytes = 64 * 1024

/** Time reserved to answer a request before Lambda ends the function. */
const timeoutEarlyInMillis = 500

/** How long before its end a function starts nothing new: the longest call to WeChat takes 10 s. */
const spareMs = 15_000
/** At most this share of the remaining time, so that a function with a short timeout still does some work. */
const spareShare = 0.6

const log = createLog()

/** Creates a function behind the HTTP API; `open` runs once per container, and again if it failed. */
export function httpFunction<D>(open: Open<D>, work: (request: HttpRequest, deps: D) => Promise<HttpAnswer>) {
  const opened = onceIfGood(open)
  const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>({ timeoutEarlyInMillis })
    .handler(async (event, context) => {
      begin(context)
      return answerOf(await work(requestOf(event), await opened()))
    })
    .onError(request => {
      request.response = refusalOf(request.error)
    })
  // Outside middy, so that errors and timeouts of middy itself are answered too.
  return (event: APIGatewayProxyEventV2, context: Context) => invoke(context, () => handler(event, context))
}

/** Creates a queue consumer: a record that cannot be parsed, or fails, is retried by itself. */
export function queueFunction<T extends object, D>(open: Open<D>, { read, work }: Consumer<T, D>) {
  const opened = onceIfGood(open)
  const metrics = createMetrics()
  const consume = async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    // If opening fails, the whole invocation fails: it is not the records' fault.
    const deps = await opened()
    const items = Records.flatMap(record => readOne(record, read))
    const toRetry = await work(items, deps, { until: begin(context) })
    const failed = failedOf(Records, items, toRetry)
    reportFailing(failed, metrics)
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
  }
  return (event: SQSEvent, context: Context) =>
    invoke(context, () => inBatch(event.Records, () => consume(event, context)))
}

function readOne<T extends object>(record: SQSRecord, read: (record: SQSRecord) => T): (T & Named)[] {
  const { messageId } = record
  try {
    return [{ ...read(record), messageId }]
  } catch (error) {
    // It is retried until SQS dead-letters it; its text is not logged, because it could contain anything.
    log.error('queue.unreadable', { messageId, error: error instanceof Error ? error.name : 'unknown' })
    return []
  }
}

/** The unparsable and the failed records, matched by id, because items may be copies. */
function failedOf(records: readonly SQSRecord[], items: readonly Named[], toRetry: readonly Named[]): SQSRecord[] {
  const isRead = new Set(items.map(it => it.messageId))
  const idsToRetry = new Set(toRetry.map(it => it.messageId))
  return records.filter(({ messageId }) => !isRead.has(messageId) || idsToRetry.has(messageId))
}

/**
 * Creates a function that a schedule or a person invokes, with an unparsed `input`. Its errors fail the invocation, so
 * that a failed run shows as failed.
 */
export function scheduleFunction<D, R>(
  open: Open<D>,
  work: (deps: D, call: { readonly until: number; readonly input: unknown }) => Promise<R>,
) {
  const opened = onceIfGood(open)
  return (input: unknown, context: Context): Promise<R> =>
    invoke(context, async () => work(await opened(), { until: begin(context), input }))
}

/** Starts an invocation, and returns the time (ms) until which it may start new work. */
function begin(context: Context): number {
  const remainingMs = context.getRemainingTimeInMillis()
  const endsAt = Date.now() + remainingMs
  setDeadline(endsAt)
  return endsAt - Math.min(spareMs, remainingMs * spareShare)
}

/** Remembers the result of `open`, but not a failure: an error during a cold start must not persist. */
function onceIfGood<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined
  return () => {
    opened ??= open().catch(error => {
      opened = undefined
      throw error
    })
    return opened
  }
}

function requestOf(event: APIGatewayProxyEventV2): HttpRequest {
  const { body = '', isBase64Encoded, headers, queryStringParameters, pathParameters, requestContext } = event
  const text = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? '')
  if (Buffer.byteLength(text) > maxBodyBytes) {
    throw new RequestError('body-too-large', 413, `A body has at most ${maxBodyBytes} bytes.`)
  }
  const receivedAt = requestContext?.timeEpoch ?? Date.now()
  return { headers, query: queryStringParameters ?? {}, path: pathParameters ?? {}, body: text, receivedAt }
}

function answerOf({ status, body, maxAgeSeconds, location }: HttpAnswer): APIGatewayProxyStructuredResultV2 {
  const isText = typeof body === 'string'
  return {
    statusCode: status,
    headers: {
      'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
      'cache-control': maxAgeSeconds === undefined ? 'no-store' : `public, max-age=${maxAgeSeconds}`,
      ...(location === undefined ? {} : { location }),
    },
    body: isText ? body : JSON.stringify(body),
  }
}

function refusalOf(error: unknown): APIGatewayProxyStructuredResultV2 {
  const known = requestErrorOf(error, Date.now())
  const problem = problemOf(known)
  const { code, status, errcode, rid } = problem
  if (known === undefined) log.error('http.failed', { error })
  else
    log.warn('http.refused', {
      app: known.app,
      code,
      status,
      errcode,
      rid,
      ...(known.status === 502 && { error: known.cause }),
    })
  return {
    statusCode: problem.status,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      ...(known?.allow === undefined ? {} : { allow: known.allow.join(', ') }),
      ...(known?.retryAfterSeconds === undefined ? {} : { 'retry-after': `${known.retryAfterSeconds}` }),
    },
    body: JSON.stringify(problem),
  }
}
