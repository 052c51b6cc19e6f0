/** What all rooms need of the outside, and WeChat's words; each room's own needs stand in its `ports.ts`. Adapters give it all. */

import type { MiniAppId, MiniOpenId, OpenId, UnionId } from './identifiers.ts'
import type { SecretName } from './secret-names.ts'

/** WeChat's opaque token; brand-free on purpose, for it is only ever handed through. */
export type AccessToken = string

/** Milliseconds since 1970, by our clock. */
export type Now = () => number

export type Log = {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
  error(event: string, fields?: Readonly<Record<string, unknown>>): void
}

/** What ops are told by numbers. */
type CountName =
  | 'MessageOutcome'
  | 'TokenRefused'
  | 'AddressNotAllowed'
  | 'UnknownErrcode'
  | 'BreakerOpened'
  | 'TokenRenewed'
  | 'SyncRefused'
  | 'EventOverdue'
  | 'QuotaUsedUp'
  | 'SendInterrupted'
  | 'SyncCompleted'
  | 'EventsWaiting'
  | 'OperatorNeeded'
  | 'SelfCheckPassed'

/** What stands at some value, and shows only that. */
type GaugeName = 'QuotaLeftPercent' | 'SyncAgeHours' | 'EventWaitSeconds' | 'FailingSeconds'

export type Metrics = {
  count(name: CountName, dimensions?: Readonly<Record<string, string>>, times?: number): void
}

export type Gauges = {
  gauge(name: GaugeName, value: number, dimensions?: Readonly<Record<string, string>>): void
}

/** Of a day, in calls; `perMinute` where WeChat tells it. */
export type Quota = {
  readonly limit: number
  readonly used: number
  readonly remain: number
  readonly perMinute?: number
}

export type IssuedToken = { readonly accessToken: AccessToken; readonly expiresInSeconds: number }

export type Identity = { readonly miniOpenid: MiniOpenId; readonly unionid?: UnionId }

/**
 * One page of `user/get`. `odd` entries beside the openids are none; `total` is absent where WeChat does not tell it; `at`
 * is WeChat's own clock in seconds; `next` is absent where no page comes behind this one.
 */
export type FollowerPage = {
  readonly openids: readonly OpenId[]
  readonly odd: number
  readonly total?: number
  readonly at: number
  readonly next?: OpenId
}

/** What WeChat answers of one openid; `at` (now) and `followedAt` are seconds by its clock. */
export type FollowerInfo = {
  readonly openid: OpenId
  readonly unionid?: UnionId
  readonly following: boolean
  readonly followedAt?: number
  readonly at: number
}

/** A template as the account has it; `content` has `{{thing1.DATA}}` where a value goes. */
export type AccountTemplate = { readonly templateId: string; readonly content: string }

/** What goes to WeChat; with `page` the message opens the mini program. */
export type OutgoingMessage = {
  readonly openid: OpenId
  readonly templateId: string
  readonly data: Readonly<Record<string, string>>
  readonly clientMsgId: string
  readonly page?: { readonly miniAppid: MiniAppId; readonly path: string }
  readonly url?: string
}

/** Where a check is told to look at people: profile, comment, forum, social log. */
export type CheckScene = 1 | 2 | 3 | 4

/** A picture of somebody who opened the mini program within two hours; WeChat downloads it from `mediaUrl`. */
export type MediaToCheck = { readonly mediaUrl: string; readonly openid: MiniOpenId; readonly scene: CheckScene }

/**
 * WeChat's server APIs.
 *
 * Every call throws WeChatError for an errcode other than 0 and TransportError where no usable answer came.
 */
export type WeChat = {
  fetchAccessToken(): Promise<IssuedToken>
  exchangeCode(code: string): Promise<Identity>
  followerPage(accessToken: AccessToken, after?: OpenId): Promise<FollowerPage>
  /** Up to 100 openids; one that is bad fails them all (40003). Of whom WeChat says nothing usable, none is answered. */
  followerInfo(accessToken: AccessToken, openids: readonly OpenId[]): Promise<FollowerInfo[]>
  /** Answers the msgid, 64 bits as text; undefined if WeChat took the message and named none. */
  sendTemplate(accessToken: AccessToken, message: OutgoingMessage): Promise<string | undefined>
  /** What is left today of the calls of a path, such as `/cgi-bin/user/get`; about one per cent off. */
  quota(accessToken: AccessToken, path: string): Promise<Quota>
  accountTemplates(accessToken: AccessToken): Promise<AccountTemplate[]>
  /** Has a picture checked, and answers the trace_id under which the verdict will be pushed. */
  mediaCheckAsync(accessToken: AccessToken, media: MediaToCheck): Promise<string>
}

/** A queue of JSON messages of one type; what takes a `Queue<A>` is given no queue of others. */
export type Queue<M> = {
  // A property and not a method, for of methods the compiler compares what they take both ways.
  readonly push: (messages: readonly M[], delaySeconds?: number) => Promise<void>
}

/** What waits in a queue, or is being worked on; SQS counts only about right, and some seconds late. */
export type Backlog = { isEmpty(): Promise<boolean> }

/** A queue as its consumer sees it. */
export type ConsumedQueue = {
  /** Lets a message come again after this many seconds instead of the queue's own time. */
  comeAgain(receiptHandle: string, seconds: number): Promise<void>
}

/** Secrets by name; undefined when it was never set. What is kept of one is read anew if it turned out to be `refused`. */
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
