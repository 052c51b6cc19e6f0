/** The outside interfaces that feature folders share, and WeChat's types; adapters implement them. */

import type { AppName } from './apps.ts'
import type { MiniAppId, MiniOpenId, OpenId, UnionId } from './identifiers.ts'
import type { SecretName } from './secret-names.ts'

/** WeChat's opaque token; deliberately not a branded type, because it is only passed through. */
export type AccessToken = string

/** Milliseconds since 1970, by our clock. */
export type Now = () => number

export type Log = {
  /** Set if `debug` drops its lines: then whoever calls it need not make what only they say. */
  readonly isQuiet?: boolean
  /** What is not logged on AWS, where a line costs money: one line for one event, login or callback. */
  debug(event: string, fields?: Readonly<Record<string, unknown>>): void
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
  error(event: string, fields?: Readonly<Record<string, unknown>>): void
}

/** A log whose lines concern one app and have its name; `logOf` creates it. */
export type AppLog = Log & { readonly app: AppName }

/** Counters for operators, of the stage. */
type CountName =
  | 'EventOverdue'
  | 'SendInterrupted'
  | 'EventsWaiting'
  | 'OperatorNeeded'
  | 'SelfCheckPassed'
  | 'ForwardFailed'
  | 'PushUnreadable'

/** Counters for operators, of one app. */
type AppCountName =
  | 'MessageOutcome'
  | 'TemplateOutcome'
  | 'TokenRefused'
  | 'AddressNotAllowed'
  | 'UnknownErrcode'
  | 'BreakerOpened'
  | 'TokenRenewed'
  | 'SyncRefused'
  | 'QuotaUsedUp'
  | 'SyncCompleted'

/** Gauges: current values. */
type GaugeName = 'EventWaitSeconds' | 'FailingSeconds'

/** The same of one app. */
type AppGaugeName = 'QuotaLeftPercent' | 'SyncAgeHours'

type Dimensions = Readonly<Record<string, string>>
// Properties and not methods, so that what counts for the stage alone is never given where an app's are counted.
type Counting<Name> = { readonly count: (name: Name, dimensions?: Dimensions, times?: number) => void }
type Gauging<Name> = { readonly gauge: (name: Name, value: number, dimensions?: Dimensions) => void }

export type Metrics = Counting<CountName>
export type Gauges = Gauging<GaugeName>

/** The metrics of one app: each gets the dimension `app`, its name; `metricsOf` makes them. */
export type AppMetrics = { readonly app: AppName } & Counting<AppCountName> & Gauging<AppGaugeName>

/** Where all of them go. */
export type AllMetrics = Counting<CountName | AppCountName> & Gauging<GaugeName | AppGaugeName>

/** A daily quota, in calls; `perMinute` if WeChat reports it. */
export type Quota = {
  readonly limit: number
  readonly used: number
  readonly remain: number
  readonly perMinute?: number
}

export type IssuedToken = { readonly accessToken: AccessToken; readonly expiresInSeconds: number }

export type Identity = { readonly miniOpenid: MiniOpenId; readonly unionid?: UnionId }

/**
 * One page of `user/get`. `odd` counts entries that are not openids; `total` is absent if WeChat does not report it;
 * `at` is WeChat's clock in seconds; `next` is absent on the last page.
 */
export type FollowerPage = {
  readonly openids: readonly OpenId[]
  readonly odd: number
  readonly total?: number
  readonly at: number
  readonly next?: OpenId
}

/** What WeChat returns for one openid; `at` (now) and `followedAt` are in seconds by its clock. */
export type FollowerInfo = {
  readonly openid: OpenId
  readonly unionid?: UnionId
  readonly following: boolean
  readonly followedAt?: number
  readonly at: number
}

/**
 * A temporary QR code: `ticket` leads to its picture, `content` is the text in it; `until` is in seconds by WeChat's clock.
 */
export type QrCode = {
  readonly ticket: string
  readonly content: string
  readonly expiresInSeconds: number
  readonly until: number
}

/** A template of the account; `content` has `{{thing1.DATA}}` where a value goes. */
export type AccountTemplate = { readonly templateId: string; readonly content: string }

/** A message to send; with `page` it opens the mini program. */
export type OutgoingMessage = {
  readonly openid: OpenId
  readonly templateId: string
  readonly data: Readonly<Record<string, string>>
  readonly clientMsgId: string
  readonly page?: { readonly miniAppid: MiniAppId; readonly path: string }
  readonly url?: string
}

/** The scene of a content check: profile, comment, forum, social log. */
export type CheckScene = 1 | 2 | 3 | 4

/** A picture of a user who opened the mini program within the last two hours; WeChat downloads it from `mediaUrl`. */
export type MediaToCheck = { readonly mediaUrl: string; readonly openid: MiniOpenId; readonly scene: CheckScene }

/** `leftMs` is the time (ms) that is left, infinite if absent. */
export type TokenCall = {
  readonly leftMs?: () => number
  /** Has WeChat issue another token than the one that it has; the classic call does so anyway (docs/wechat.md 3.2). */
  readonly isForced?: boolean
}

/**
 * WeChat's server APIs.
 *
 * Every call throws WeChatError for an errcode other than 0, and TransportError if no usable answer came.
 */
export type WeChat = {
  /** May call WeChat twice; both end within the time that is left. */
  fetchAccessToken(how?: TokenCall): Promise<IssuedToken>
  exchangeCode(code: string): Promise<Identity>
  followerPage(accessToken: AccessToken, after?: OpenId): Promise<FollowerPage>
  /** Up to 100 openids; one invalid openid fails them all (40003). Openids without a usable answer are left out. */
  followerInfo(accessToken: AccessToken, openids: readonly OpenId[]): Promise<FollowerInfo[]>
  /** Returns the msgid, 64 bits as text; undefined if WeChat accepted the message and returned none. */
  sendTemplate(accessToken: AccessToken, message: OutgoingMessage): Promise<string | undefined>
  /** What is left today of the calls of a path, such as `/cgi-bin/user/get`; accurate to about one per cent. */
  quota(accessToken: AccessToken, path: string): Promise<Quota>
  accountTemplates(accessToken: AccessToken): Promise<AccountTemplate[]>
  /** Makes a QR code of the account; who scans it causes an event that has the scene, up to 64 characters. */
  createQrCode(accessToken: AccessToken, scene: string, seconds: number): Promise<QrCode>
  /** Requests a check of a picture, and returns the trace_id under which the verdict will be pushed. */
  mediaCheckAsync(accessToken: AccessToken, media: MediaToCheck): Promise<string>
}

/** A queue of JSON messages of one type; a `Queue<A>` parameter accepts no queue of other messages. */
export type Queue<M> = {
  // A property, not a method, because TypeScript compares the parameters of methods bivariantly.
  readonly push: (messages: readonly M[], delaySeconds?: number) => Promise<void>
}

/** The number of messages that wait in a queue or are in flight; SQS counts are approximate and some seconds late. */
export type Backlog = { isEmpty(): Promise<boolean> }

/** A queue as its consumer sees it. */
export type ConsumedQueue = {
  /** Makes a message visible again after this many seconds instead of the queue's own time. */
  retryIn(receiptHandle: string, seconds: number): Promise<void>
}

/** Secrets by name; undefined if never set. A cached value that was `refused` is read again. */
export type Secrets = { get(name: SecretName, refused?: string): Promise<string | undefined> }

/** A user of the mini program `mini`, which is the token's audience. */
export type SessionClaims = Identity & { readonly mini: MiniAppId }

export type SessionSigner = {
  /** Signs a session token; the same claims and `issuedAt` (seconds) give the same text. */
  sign(claims: SessionClaims, issuedAt: number): Promise<string>
  readonly lifeSeconds: number
}

export type SessionChecker = {
  /** Throws RequestError `session-invalid` or `session-expired`. */
  verify(token: string): Promise<SessionClaims>
  publicKeys(): Promise<{ keys: readonly Readonly<Record<string, unknown>>[] }>
}
