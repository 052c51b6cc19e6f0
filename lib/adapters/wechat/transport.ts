/**
 * One HTTP exchange with WeChat over kept connections.
 *
 * Queries carry appsecrets and access_tokens, so the errors made here never contain a URL, a query or a body.
 */

import { TransportError } from '../../errors.ts'
import { createSlots } from '../../pool.ts'
import type { RawAnswer } from './answer-reader.ts'
import { type Connection, StaleConnection } from './connection.ts'
import { createConnections } from './connections.ts'

/** `api` names the call in errors; `safe` means that the call may be repeated without harm. */
type Call = {
  readonly api: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly safe: boolean
  /** The time (ms) that the call has left, repeats included; infinite if absent. */
  readonly leftMs?: () => number
}

/** `at` is WeChat's clock in seconds, from its Date header; absent if there was none. */
export type Answer = {
  readonly status: number
  readonly body: Buffer
  readonly at?: number
  /** Set if this answers a second call: WeChat may have acted on the first, whose connection was lost. */
  readonly isRepeat?: boolean
}

export type Transport = (call: Call) => Promise<Answer>

/** Time reserved at the end of the function, or of what the call was given, to store the result of the call. */
const writeMs = 1_000

type TransportOptions = {
  readonly baseUrl: URL
  readonly timeoutMs?: number
  readonly sockets?: number
  /** The time that the function has left; infinite if absent. */
  readonly remainingMs?: () => number
}

/** Creates the transport to one WeChat; calls are limited by `timeoutMs` (default 10 s) and the function's time. */
export function createTransport(options: TransportOptions): Transport {
  const { baseUrl, timeoutMs = 10_000, sockets = 50, remainingMs = () => Number.POSITIVE_INFINITY } = options
  const connections = createConnections(baseUrl)
  const inSlot = createSlots(sockets)

  const exchangeOver = (connection: () => Connection) => async (call: Call) => {
    const { leftMs: leftOfCall = remainingMs } = call
    const leftMs = Math.min(remainingMs(), leftOfCall()) - writeMs
    if (leftMs <= 0) throw new TransportError(call.api, 'withheld', 'not called: no time is left for it')
    const request = requestOf(call, baseUrl.host)
    return answerOf(await connection().exchange(call.api, request, Math.min(timeoutMs, leftMs)))
  }
  const exchange = exchangeOver(connections.take)
  const repeat = exchangeOver(connections.open)
  return call => inSlot(() => exchange(call).catch(error => repeatIfStale(call, error, repeat)))
}

/** The idle connection was closed: the call is repeated once, over a new one, if that is safe. */
async function repeatIfStale(call: Call, error: unknown, repeat: Transport): Promise<Answer> {
  if (!(error instanceof StaleConnection)) throw error
  if (!call.safe) throw new TransportError(call.api, 'reset', 'the kept connection was closed')
  return repeat(call).then(
    answer => ({ ...answer, isRepeat: true }),
    again => repeatFailed(call, again),
  )
}

/** However the second call failed, WeChat may have acted on the first. */
function repeatFailed({ api }: Call, error: unknown): never {
  if (!(error instanceof TransportError) || !error.isUnsent) throw error
  throw new TransportError(api, 'reset', `the kept connection was closed, and then: ${error.failure}`)
}

/** Always sends a Content-Length: WeChat answers chunked bodies with an empty 412 (docs/wechat.md 1.4). */
function requestOf(call: Call, host: string): string {
  const target = `${call.path}?${queryOf(call)} HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive\r\n`
  if (call.body === undefined) return `GET ${target}\r\n`
  const payload = JSON.stringify(call.body)
  const length = Buffer.byteLength(payload)
  return `POST ${target}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${payload}`
}

function queryOf({ query }: Call): string {
  return Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
}

function answerOf({ status, body, date = '' }: RawAnswer): Answer {
  const at = Math.floor(Date.parse(date) / 1000)
  return { status, body, ...(Number.isNaN(at) ? {} : { at }) }
}
