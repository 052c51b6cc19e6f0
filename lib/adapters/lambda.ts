/** The Lambda wrapping: what AWS hands over becomes plain requests and messages, and errors become answers. */

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
import { tellFailing } from './aws/failing.ts'
import { noteDeadline } from './deadline.ts'
import { invoke } from './invocation.ts'
import { createLog } from './logger.ts'
import { createMetrics } from './metrics.ts'

/** An HTTP request; header names in lower case, path parameters and query decoded. */
export type HttpRequest = {
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly query: Readonly<Record<string, string | undefined>>
  readonly path: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** An HTTP answer: an object becomes JSON, a text stays as it is. `location` is where a 302 leads. */
export type HttpAnswer = {
  readonly status: number
  readonly body: object | string
  readonly maxAgeSeconds?: number
  readonly location?: string
}

/** Brings a function's dependencies; once per container. */
export type Open<D> = () => Promise<D>

/**
 * How a consumer reads one record, and works on those that could be read, each with its messageId; it answers those that
 * must come again.
 */
export type Consumer<T, D> = {
  readonly read: (record: SQSRecord) => T
  readonly work: (items: readonly (T & Named)[], deps: D, limits: Limits) => Promise<readonly Named[]>
}
type Limits = { readonly until: number }

/** Below API Gateway's own limit by far: nothing but images is large, and images do not come this way. */
const maxBodyBytes = 64 * 1024

/** Time kept back to answer a request before Lambda ends the function. */
const timeoutEarlyInMillis = 500

/** So long before its end a function begins nothing new: the longest call to WeChat takes 10 s. */
const spareMs = 15_000
/** And never more than this share of what it has: a function of a few seconds has something to do as well. */
const spareShare = 0.6

const log = createLog()

/** Makes a function behind the HTTP API; `open` runs once per container, and again if it failed. */
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
  // Around middy: it answers errors, and what takes too long, outside of the handler.
  return (event: APIGatewayProxyEventV2, context: Context) => invoke(context, () => handler(event, context))
}

/** Makes a consumer of a queue: a record that cannot be read, or worked on, comes again alone. */
export function queueFunction<T extends object, D>(open: Open<D>, { read, work }: Consumer<T, D>) {
  const opened = onceIfGood(open)
  const metrics = createMetrics()
  const consume = async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    // A failure to open fails the whole invocation, loudly: it is not the records' fault.
    const deps = await opened()
    const items = Records.flatMap(record => readOne(record, read))
    const again = await work(items, deps, { until: begin(context) })
    const failed = failedOf(Records, items, again)
    tellFailing(failed, metrics)
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
    // It comes again until the queue lays it aside; its words stay out of the log, for they can be anything.
    log.error('queue.unreadable', { messageId, error: error instanceof Error ? error.name : 'unknown' })
    return []
  }
}

/** Those that could not be read, and those that must come again: by their ids, for what is answered may be a copy. */
function failedOf(records: readonly SQSRecord[], items: readonly Named[], again: readonly Named[]): SQSRecord[] {
  const isRead = new Set(items.map(it => it.messageId))
  const isAgain = new Set(again.map(it => it.messageId))
  return records.filter(({ messageId }) => !isRead.has(messageId) || isAgain.has(messageId))
}

/**
 * Makes a function that a schedule invokes, or a person, with an `input` that is yet to be read. What it throws fails
 * the invocation, as a failed run must look failed.
 */
export function scheduleFunction<D, R>(
  open: Open<D>,
  work: (deps: D, call: { readonly until: number; readonly input: unknown }) => Promise<R>,
) {
  const opened = onceIfGood(open)
  return (input: unknown, context: Context): Promise<R> =>
    invoke(context, async () => work(await opened(), { until: begin(context), input }))
}

/** Begins an invocation, and answers until when (ms) it may begin something new. */
function begin(context: Context): number {
  const remainingMs = context.getRemainingTimeInMillis()
  const endsAt = Date.now() + remainingMs
  noteDeadline(endsAt)
  return endsAt - Math.min(spareMs, remainingMs * spareShare)
}

/** Remembers what `open` brought, and forgets a failure: a hiccup at a cold start must not stay. */
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
  const { body = '', isBase64Encoded, headers, queryStringParameters, pathParameters } = event
  const text = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? '')
  if (Buffer.byteLength(text) > maxBodyBytes) {
    throw new RequestError('body-too-large', 413, `A body has at most ${maxBodyBytes} bytes.`)
  }
  return { headers, query: queryStringParameters ?? {}, path: pathParameters ?? {}, body: text }
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
  else log.warn('http.refused', { code, status, errcode, rid, ...(known.status === 502 && { error: known.cause }) })
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
