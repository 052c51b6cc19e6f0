/** All errors that are thrown deliberately. They answer two questions: who must act, and does a retry help? */

import { classify, type ErrcodeClass } from './errcode.ts'

/** The closed list of `code` values in the answers of the HTTP API. */
export type RequestErrorCode =
  | 'body-not-json'
  | 'body-too-large'
  | 'body-invalid'
  | 'follow-codes-too-many'
  | 'login-code-invalid'
  | 'login-refused'
  | 'login-in-progress'
  | 'session-missing'
  | 'session-invalid'
  | 'session-expired'
  | 'address-invalid'
  | 'app-invalid'
  | 'delivery-id-invalid'
  | 'delivery-unknown'
  | 'listing-invalid'
  | 'callback-unsigned'
  | 'callback-stale'
  | 'callback-forged'
  | 'callback-not-encrypted'
  | 'event-invalid'
  | 'file-unknown'
  | 'method-not-allowed'
  | 'image-type'
  | 'image-too-large'
  | 'images-too-many'
  | 'image-unknown'
  | 'token-fresh'
  | 'wechat-busy'
  | 'wechat-unavailable'

/** The caller's mistake, or something the caller must wait for; the message is for the caller. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: RequestErrorCode
  readonly status: number
  readonly errcode: number | undefined
  readonly rid: string | undefined
  readonly retryAfterSeconds: number | undefined
  /** The methods that the route accepts, if the request used another. */
  readonly allow: readonly string[] | undefined
  /** The name of the app that the request was for, once that is known. */
  app: string | undefined

  constructor(code: RequestErrorCode, status: number, message: string, more: RequestErrorDetails = {}) {
    super(message, { cause: more.cause })
    this.code = code
    this.status = status
    this.errcode = more.errcode
    this.rid = more.rid
    this.retryAfterSeconds = more.retryAfterSeconds
    this.allow = more.allow
  }
}

type RequestErrorDetails = {
  readonly errcode?: number | undefined
  readonly rid?: string | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly allow?: readonly string[]
  readonly cause?: unknown
}

type WeChatErrorDetails = {
  readonly rid?: string | undefined
  /** If the context of the call says more than the errcode does. */
  readonly class?: ErrcodeClass
  /** The address that WeChat saw us call from, with 40164. */
  readonly address?: string | undefined
  readonly withheld?: boolean
  readonly isRepeat?: boolean | undefined
  readonly msgid?: string | undefined
}

/** WeChat answered with an errcode other than 0. `api` is the name of the call, never its URL. */
export class WeChatError extends Error {
  override readonly name = 'WeChatError'
  readonly code = 'wechat-refused'
  readonly api: string
  readonly errcode: number
  readonly rid: string | undefined
  readonly class: ErrcodeClass
  readonly address: string | undefined
  /** Set if an earlier call got this answer and this one was not made. */
  readonly withheld: boolean
  /** Set if the call was made twice because a reused connection was lost: WeChat may have acted on the first. */
  readonly isRepeat: boolean
  /** The msgid of the original, if WeChat refused a duplicate and names it. */
  readonly msgid: string | undefined

  constructor(api: string, errcode: number, errmsg: string, more: WeChatErrorDetails = {}) {
    super(`WeChat refused ${api}: ${errcode} ${errmsg}`)
    this.api = api
    this.errcode = errcode
    this.rid = more.rid
    this.class = more.class ?? classify(errcode, api)
    this.address = more.address
    this.withheld = more.withheld ?? false
    this.isRepeat = more.isRepeat ?? false
    this.msgid = more.msgid
  }
}

export type TransportFailure =
  | 'connect'
  | 'withheld'
  | 'timeout'
  | 'reset'
  | 'status'
  | 'empty'
  | 'not-json'
  | 'shape'
  | 'too-large'

/** WeChat gave no usable answer; whether it acted on the call is unknown unless `isUnsent`. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly code = 'wechat-unavailable'
  readonly api: string
  readonly failure: TransportFailure
  readonly status: number | undefined
  readonly class = 'transient' satisfies ErrcodeClass

  constructor(api: string, failure: TransportFailure, detail: string, status?: number) {
    super(`no usable answer from WeChat for ${api}: ${detail}`)
    this.api = api
    this.failure = failure
    this.status = status
  }

  /** Returns whether the call certainly never reached WeChat. */
  get isUnsent(): boolean {
    return this.failure === 'connect' || this.failure === 'withheld'
  }
}

/** The deployment is misconfigured; lists every problem found. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'misconfigured'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`the deployment is misconfigured: ${problems.join('; ')}`)
    this.problems = problems
  }
}

/** Results that EventBridge did not accept; all others of the same call were published. */
export class NotPublishedError extends Error {
  override readonly name = 'NotPublishedError'
  readonly ids: readonly string[]

  constructor(ids: readonly string[], cause?: unknown) {
    super(`the event bus did not accept ${ids.length} events`, { cause })
    this.ids = ids
  }
}

/** The self-check failed; names the failed checks. */
export class SelfCheckFailed extends Error {
  override readonly name = 'SelfCheckFailed'
  readonly checks: readonly string[]

  constructor(checks: readonly string[]) {
    super(`the self-check of this stage failed: ${checks.join(', ')}; ./queqiao doctor says what to do`)
    this.checks = checks
  }
}
