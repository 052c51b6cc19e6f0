/** What the use-cases need of the world; adapters give it, and test fakes pass the same contract suites. */

import type { Delivery } from './delivery.ts'
import type { Address, AppId, MiniOpenId, OpenId, UnionId } from './identifiers.ts'
import type { FollowerRow, FollowerSeen, Person, Reach } from './link.ts'

/** WeChat's opaque token; brand-free on purpose, for it is only ever handed through. */
export type AccessToken = string

/** Milliseconds since 1970, by our clock. */
export type Now = () => number

export type Log = {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
  error(event: string, fields?: Readonly<Record<string, unknown>>): void
}

/** What ops are told by numbers; each counts one. */
type MetricName = 'TokenRefused' | 'AddressNotAllowed' | 'UnknownErrcode' | 'BreakerOpened' | 'TokenRenewed'

export type Metrics = { count(name: MetricName, dimensions?: Readonly<Record<string, string>>): void }

export type IssuedToken = { readonly accessToken: AccessToken; readonly expiresInSeconds: number }
export type Identity = { readonly miniOpenid: MiniOpenId; readonly unionid?: UnionId }

/** One page of `user/get`. `at` is WeChat's own clock in seconds; `next` is absent on the last page. */
export type FollowerPage = {
  readonly openids: readonly OpenId[]
  readonly total: number
  readonly at: number
  readonly next?: OpenId
}

/** What goes to WeChat; with `page` the message opens the mini program. */
export type OutgoingMessage = {
  readonly openid: OpenId
  readonly templateId: string
  readonly data: Readonly<Record<string, string>>
  readonly clientMsgId: string
  readonly page?: { readonly miniAppid: AppId; readonly path: string }
  readonly url?: string
}

/**
 * WeChat's server APIs.
 *
 * Every call throws WeChatError for an errcode other than 0 and TransportError where no usable answer came.
 */
export type WeChat = {
  fetchAccessToken(): Promise<IssuedToken>
  exchangeCode(code: string): Promise<Identity>
  followerPage(accessToken: AccessToken, after?: OpenId): Promise<FollowerPage>
  /** Up to 100 openids; one that is bad fails them all (40003). */
  followerInfo(accessToken: AccessToken, openids: readonly OpenId[]): Promise<FollowerSeen[]>
  /** Answers the msgid, 64 bits as text. */
  sendTemplate(accessToken: AccessToken, message: OutgoingMessage): Promise<string>
}

/** `generation` grows by one with every token written; the instants are in milliseconds by our clock. */
export type StoredToken = {
  readonly accessToken: AccessToken
  /** When WeChat was asked for it. */
  readonly issuedAt: number
  readonly expiresAt: number
  readonly generation: number
}

/** Holds one token per app, and the lease that lets one process at a time renew it. Reads see the last write. */
export type TokenStore = {
  read(appid: AppId): Promise<StoredToken | undefined>
  /** Takes the lease atomically; false while another owner's lease runs. */
  takeLease(appid: AppId, lease: { owner: string; now: number; until: number }): Promise<boolean>
  /** Writes the token and frees the lease, atomically; false, and nothing written, if the lease was lost meanwhile. */
  write(appid: AppId, token: StoredToken, owner: string): Promise<boolean>
  /** Frees the lease if it is still the owner's. */
  freeLease(appid: AppId, owner: string): Promise<void>
}

/** What the exchange of a wx.login code came to; `issuedAt` in seconds. */
export type LoginResult =
  | { readonly kind: 'identity'; readonly identity: Identity; readonly issuedAt: number; readonly reach: Reach }
  | { readonly kind: 'refused'; readonly errcode: number; readonly rid?: string }

export type LoginClaim = { readonly kind: 'mine' } | { readonly kind: 'theirs'; readonly result?: LoginResult }

/** Remembers each login code while it may come again, by its hash. */
export type LoginStore = {
  /** Claims the code atomically for `until` (ms), unless it has a result or another claim runs. */
  claim(codeHash: string, times: { now: number; until: number; expiresAt: number }): Promise<LoginClaim>
  finish(codeHash: string, result: LoginResult): Promise<void>
  /** Gives the claim back, so that the next try may call WeChat. */
  release(codeHash: string): Promise<void>
}

export type LinkStore = {
  /** Finds up to 100 people, in the order asked, with at most two batch reads. */
  resolve(addresses: readonly Address[]): Promise<Person[]>
  /** Reads the follower rows of up to 100 openids. */
  followers(openids: readonly OpenId[]): Promise<ReadonlyMap<OpenId, FollowerRow>>
  /**
   * Writes a follower's row and the row of the unionid, if the stored row is still `stored`.
   * False if somebody else wrote meanwhile; what was written until then is harmless to repeat.
   */
  writeFollower(row: FollowerRow, stored: FollowerRow | undefined): Promise<boolean>
  /** Joins a mini-program openid to its unionid; an older login does not undo a newer one. `at` in ms. */
  writeLogin(identity: Identity, at: number): Promise<void>
}

export type DeliveryStore = {
  read(ids: readonly string[]): Promise<ReadonlyMap<string, Delivery>>
  /** Writes a delivery, unless the stored one is on a phone already or may be; then nothing changes. */
  record(delivery: Delivery): Promise<void>
  findByMsgid(msgid: string): Promise<string | undefined>
  /** Turns an accepted delivery into what its receipt says; a second receipt changes nothing. */
  settle(id: string, receipt: Pick<Delivery, 'state' | 'reason' | 'at'>): Promise<void>
}

/** A queue of JSON messages. */
export type Queue = {
  push(messages: readonly unknown[], delaySeconds?: number): Promise<void>
}

/** A queue as its consumer sees it. */
export type ConsumedQueue = {
  /** Lets a message come again after this many seconds instead of the queue's own time. */
  comeAgain(receiptHandle: string, seconds: number): Promise<void>
}

/** The queue of business events, as its consumer sees it. */
export type EventQueue = ConsumedQueue & {
  /** Puts an event aside for people to look at, with the reason beside it. */
  setAside(body: string, reason: string): Promise<void>
  /** Pushes an event once more as a new message, with what is known of the tries behind it. */
  pushAgain(event: { body: string; attempts: number; doubtSince?: number }, delaySeconds: number): Promise<void>
}

/**
 * A walk through the follower list: how far it came. `startedAt` is WeChat's clock in seconds, `total` the most
 * followers that WeChat named while it went on, `next` where it goes on.
 */
export type Walk = {
  readonly id: string
  readonly startedAt: number
  readonly pages: number
  readonly followers: number
  readonly total: number
  readonly next?: OpenId
}

export type WalkStore = {
  /** The walk under way, and the id of the last complete one. */
  state(): Promise<{ current?: Walk; complete?: Walk }>
  /** Saves one page, then `walk` as the checkpoint behind it. */
  savePage(walk: Walk, openids: readonly OpenId[]): Promise<void>
  /** The openids of a walk's pages. */
  openids(walk: Walk): AsyncIterable<readonly OpenId[]>
  /** Makes this walk the last complete one and lets the one before go. */
  complete(walk: Walk): Promise<void>
}

export type SecretName =
  | 'official-appsecret'
  | 'mini-appsecret'
  | 'callback-token'
  | 'callback-aes-key'
  | 'session-keys'

/** Secrets by name; undefined when it was never set. */
export type Secrets = { get(name: SecretName): Promise<string | undefined> }

export type SessionClaims = { readonly miniOpenid: MiniOpenId; readonly unionid?: UnionId }

export type SessionTokens = {
  /** Signs a session token; the same claims and `issuedAt` (seconds) give the same text. */
  sign(claims: SessionClaims, issuedAt: number): Promise<string>
  /** Throws RequestError `session-invalid` or `session-expired`. */
  verify(token: string): Promise<SessionClaims>
  publicKeys(): Promise<{ keys: readonly Readonly<Record<string, unknown>>[] }>
  readonly lifeSeconds: number
}
