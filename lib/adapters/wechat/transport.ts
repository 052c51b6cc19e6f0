/**
 * One HTTP exchange with WeChat over keep-alive sockets.
 *
 * Queries carry appsecrets and access_tokens, so the errors made here never contain a URL, a query or a body.
 */

import http from 'node:http'
import https from 'node:https'
import { urlToHttpOptions } from 'node:url'

import { TransportError, type TransportFailure } from '../../errors.ts'

/** `api` names the call in errors; `safe` means that the call may be repeated without harm. */
type Call = {
  readonly api: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly safe: boolean
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

/** A page of 10,000 openids has some 310 KB; no answer of WeChat comes near this. */
const maxAnswerBytes = 4 * 1024 * 1024
/** WeChat closes idle sockets without notice (docs/wechat.md 1.4): we close ours earlier. */
const idleMs = 10_000
const connectMs = 3_000

/** Time reserved at the end of the function, to store the result of the call. */
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
  const client = baseUrl.protocol === 'http:' ? http : https
  const agent = new client.Agent({ keepAlive: true, maxSockets: sockets, timeout: idleMs, scheduling: 'lifo' })
  const { hostname, port } = urlToHttpOptions(baseUrl)

  const exchange = (call: Call) =>
    new Promise<Answer>((resolve, reject) => {
      const payload = call.body === undefined ? undefined : JSON.stringify(call.body)
      const request = client.request({
        agent,
        hostname,
        port,
        path: `${call.path}?${queryOf(call)}`,
        method: payload === undefined ? 'GET' : 'POST',
        headers: ['Host', baseUrl.host, ...contentOf(payload)],
      })
      guard(request, call.api, Math.min(timeoutMs, remainingMs() - writeMs), reject)
      request.once('response', response => collect(response, call.api).then(resolve, reject))
      // A text is sent in one packet with the headers; bytes would be sent separately.
      request.end(payload)
    })

  return async call => {
    if (remainingMs() <= writeMs)
      throw new TransportError(call.api, 'withheld', 'not called: the function is out of time')
    try {
      return await exchange(call)
    } catch (error) {
      if (!(error instanceof StaleSocket)) throw error
      // The idle socket was closed. Repeat once, on a new one, if that is safe.
      if (!call.safe) throw new TransportError(call.api, 'reset', 'the kept connection was closed')
      return exchange(call).then(
        answer => ({ ...answer, isRepeat: true }),
        again => repeatFailed(call, again),
      )
    }
  }
}

/** However the second call failed, WeChat may have acted on the first. */
function repeatFailed({ api }: Call, error: unknown): never {
  if (error instanceof StaleSocket) throw new TransportError(api, 'reset', 'connection closed twice')
  if (!(error instanceof TransportError) || !error.isUnsent) throw error
  throw new TransportError(api, 'reset', `the kept connection was closed, and then: ${error.failure}`)
}

function queryOf({ query }: Call): string {
  return Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
}

/** Always sends a Content-Length: WeChat answers chunked bodies with an empty 412 (docs/wechat.md 1.4). */
function contentOf(payload: string | undefined): string[] {
  if (payload === undefined) return []
  return ['Content-Type', 'application/json', 'Content-Length', `${Buffer.byteLength(payload)}`]
}

/** A reset on a reused socket before any byte of an answer; never leaves this file. */
class StaleSocket extends Error {}

type Fail = (failure: TransportFailure, detail: string) => void

/** Turns every way a request can fail into one error, and limits the time for connecting and for the whole exchange. */
function guard(request: http.ClientRequest, api: string, timeoutMs: number, reject: (error: Error) => void): void {
  const fail: Fail = (failure, detail) => {
    reject(new TransportError(api, failure, detail))
    request.destroy()
  }
  const total = setTimeout(() => fail('timeout', `no answer within ${timeoutMs} ms`), timeoutMs)
  request.once('close', () => clearTimeout(total))
  const isConnected = watchConnecting(request, fail)
  request.once('error', (error: NodeJS.ErrnoException) => {
    const why = error.code ?? 'unknown reason'
    if (request.reusedSocket && error.code === 'ECONNRESET') return reject(new StaleSocket())
    if (isConnected()) fail('reset', `connection lost (${why})`)
    else fail('connect', `no connection (${why})`)
  })
}

function watchConnecting(request: http.ClientRequest, fail: Fail): () => boolean {
  let connected = false
  request.once('socket', socket => {
    connected = !socket.connecting
    if (connected) return
    const connecting = setTimeout(() => fail('connect', `no connection within ${connectMs} ms`), connectMs)
    socket.once('close', () => clearTimeout(connecting))
    socket.once('connect', () => {
      connected = true
      clearTimeout(connecting)
    })
  })
  return () => connected
}

function collect(response: http.IncomingMessage, api: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    response.on('data', (chunk: Buffer) => {
      size += chunk.byteLength
      if (size <= maxAnswerBytes) return void chunks.push(chunk)
      reject(new TransportError(api, 'too-large', `an answer of more than ${maxAnswerBytes} bytes`))
      response.destroy()
    })
    response.once('end', () => {
      const [only, ...others] = chunks
      resolve(answerOf(response, only === undefined || others.length > 0 ? Buffer.concat(chunks) : only))
    })
    response.once('error', () => reject(new TransportError(api, 'reset', 'connection lost amid the answer')))
    response.once('aborted', () => reject(new TransportError(api, 'reset', 'connection lost amid the answer')))
  })
}

function answerOf(response: http.IncomingMessage, body: Buffer): Answer {
  const at = Math.floor(Date.parse(response.headers.date ?? '') / 1000)
  return { status: response.statusCode ?? 0, body, ...(Number.isNaN(at) ? {} : { at }) }
}
