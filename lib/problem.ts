/** Maps errors to HTTP answers: `application/problem+json` (RFC 9457), with our closed list of `code`. */

import { RequestError, type RequestErrorCode, TransportError, WeChatError } from './errors.ts'
import { secondsToRetry } from './quota-reset.ts'

export type Problem = {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: RequestErrorCode | 'internal'
  readonly errcode?: number
  readonly rid?: string
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
}

/** The request error to answer with; undefined for a misconfiguration or a bug. */
export function requestErrorOf(error: unknown, now: number): RequestError | undefined {
  if (error instanceof RequestError) return error
  if (error instanceof TransportError) return unavailable({ cause: error })
  if (!(error instanceof WeChatError)) return undefined
  const { errcode, rid } = error
  if (error.class === 'transient') return unavailable({ errcode, rid, cause: error })
  if (error.class !== 'quota') return undefined
  const retryAfterSeconds = secondsToRetry(errcode, now, 1)
  const detail = 'WeChat accepts no more of these calls for now: try again later.'
  return new RequestError('wechat-busy', 429, detail, { errcode, rid, retryAfterSeconds, cause: error })
}

/** The body of an error answer; without a RequestError it says only that the fault is ours. */
export function problemOf(error: RequestError | undefined): Problem {
  const status = error?.status ?? 500
  return {
    type: 'about:blank',
    title: titles[status] ?? 'Error',
    status,
    detail: error?.message ?? 'The service is misconfigured or has a fault; its log says more.',
    code: error?.code ?? 'internal',
    ...(error?.errcode === undefined ? {} : { errcode: error.errcode }),
    ...(error?.rid === undefined ? {} : { rid: error.rid }),
  }
}

function unavailable(more: { errcode?: number; rid?: string | undefined; cause: Error }): RequestError {
  return new RequestError('wechat-unavailable', 502, 'WeChat gave no usable answer: try again.', more)
}
