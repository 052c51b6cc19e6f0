/** What the use-cases need of the world; adapters give it, and test fakes pass the same contract suites. */

import type { Delivery, DoneMark } from './delivery.ts'
import type { Address, AppId, MiniOpenId, OpenId, UnionId } from './identifiers.ts'
import type { FollowerRow, FollowerSeen, Person, Reach, StoredRow } from './link.ts'
import type { QuotaLook } from './quota-look.ts'
import type { SecretName } from './secret-names.ts'
import type { Pace } from './send-pace.ts'
import type { Uncertainty } from './uncertainty.ts'

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

/** A template as the account has it; `content` has `{{thing1.DATA}}` where a value goes. */
export type AccountTemplate = { readonly templateId: string; readonly content: string }

/** What goes to WeChat; with `page` the message opens the mini program. */
export type OutgoingMessage = {
  readonly openid: OpenId
  readonly templateId: string
  readonly data: Readonly<Record<string, string>>
  readonly clientMsgId: string
  readonly page?: { readonly miniAppid: AppId; readonly path: string }
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
  followerInfo(accessToken: AccessToken, openids: readonly OpenId[]): Promise<FollowerSeen[]>
  /** Answers the msgid, 64 bits as text; undefined if WeChat took the message and named none. */
  sendTemplate(accessToken: AccessToken, message: OutgoingMessage): Promise<string | undefined>
  /** What is left today of the calls of a path, such as `/cgi-bin/user/get`; about one per cent off. */
  quota(accessToken: AccessToken, path: string): Promise<Quota>
  accountTemplates(accessToken: AccessToken): Promise<AccountTemplate[]>
  /** Has a picture checked, and answers the trace_id under which the verdict will be pushed. */
  mediaCheckAsync(accessToken: AccessToken, media: MediaToCheck): Promise<string>
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

export type LoginClaim = { readonly kind: 'mine' } | { readonly kind: 'theirs'; readonly result?: string }

/** Remembers each login code while it may come again, by its hash, with a result that only the code itself opens. */
export type LoginStore = {
  /** Claims the code atomically for its owner until `until` (ms), unless it has a result or another owner's claim runs. */
  claim(codeHash: string, claim: { owner: string; now: number; until: number; expiresAt: number }): Promise<LoginClaim>
  /** Writes the result, if the claim still is this owner's: whoever comes too late leaves a successor's result alone. */
  finish(codeHash: string, owner: string, result: string): Promise<void>
  /** Gives the claim back, if it still is this owner's and without a result, so that the next try may call WeChat. */
  release(codeHash: string, owner: string): Promise<void>
}

/** All ids of a person that are known. */
export type PersonIds = {
  readonly openid?: OpenId
  readonly unionid?: UnionId
  readonly miniOpenid?: MiniOpenId
}

export type LinkStore = {
  /**
   * Finds up to 100 people, in the order asked, with at most two batch reads; undefined for a person of whom a row that is
   * needed cannot be read.
   */
  resolve(addresses: readonly Address[]): Promise<(Person | undefined)[]>
  /** Reads the follower rows of up to 100 openids; one that cannot be read says so in its place. */
  followers(openids: readonly OpenId[]): Promise<ReadonlyMap<OpenId, StoredRow>>
  /**
   * Writes a follower's row, if the stored row is still `stored` (one that cannot be read is written over), then the row of
   * the unionid. False if somebody else wrote meanwhile; then nothing leads to the person anew.
   *
   * By two openids, as after a move of the account, the unionid leads to the one that follows.
   */
  writeFollower(row: FollowerRow, stored: StoredRow | undefined): Promise<boolean>
  /**
   * Puts right, by the rows of up to 100 openids, what their unionids lead to: a crash may have kept it from being written.
   * Where nothing is wrong it costs one batch read. Answers those whose unionid leads to another openid, of which nothing
   * later is known than that it follows.
   */
  rejoin(rows: readonly FollowerRow[]): Promise<ReadonlySet<OpenId>>
  /** Joins a mini-program openid to its unionid; an older login does not undo a newer one. `at` in ms. */
  writeLogin(identity: Identity, at: number): Promise<void>
  /** When (ms) whoever has one of up to 100 unionids last logged in; absent for who has not. */
  loginsOf(unionids: readonly UnionId[]): Promise<ReadonlyMap<UnionId, number>>
}

/** What the links need beside reading and writing: who waits for something, and how people are forgotten. */
export type LinkUpkeep = {
  /** Completes what is known of a person's ids. */
  idsOf(known: PersonIds): Promise<PersonIds>
  /**
   * Removes all of a person but what they did after `at` (seconds): followed again, or logged in again. Who logged in
   * again by a unionid stays a follower by it.
   *
   * A row that leads to an id which is none of these stays, and that id is answered: once it is noted where no crash takes
   * it away, this is called again with all of them.
   */
  erase(ids: readonly PersonIds[], at: number): Promise<readonly PersonIds[]>
  /** Removes who left up to `at` (seconds) and has not come back since, whenever they logged in; false if it did not. */
  expire(openid: OpenId, at: number): Promise<boolean>
  /** Followers, a hundred at a time, who left, or were without unionid when last asked, up to `until` (seconds). */
  waiting(what: 'left' | 'unbound', until: number): AsyncIterable<readonly OpenId[]>
}

/** A copy of an event that waits, and when it was pushed (RFC 3339). */
export type Waiter = { readonly copy: string; readonly pushedAt: string }

export type DeliveryStore = {
  /** The done marks of up to 100 events. */
  read(ids: readonly string[]): Promise<ReadonlyMap<string, DoneMark>>
  /** Writes accepted deliveries, whatever is stored: WeChat took them. Answers the ids that could not be written. */
  accept(deliveries: readonly Delivery[]): Promise<ReadonlySet<string>>
  /**
   * Writes a delivery; false, and nothing changes, if the stored one is on a phone already or may be. What is `dropped`
   * or `rejected` was surely not sent, so that is not written over an uncertainty either, nor over another copy of the
   * event that waits. `copy` names the copy that came to this.
   */
  record(delivery: Delivery, copy: string): Promise<boolean>
  /**
   * Writes a delivery that waits, and leaves alone what is known of calls that may have sent it; false, and nothing
   * changes, if the event may be on a phone, or this copy of it came to an end since it was pushed.
   */
  recordWaiting(delivery: Delivery, waiter: Waiter): Promise<boolean>
  /** Remembers that an event may have been sent, through whatever is recorded later; false if that is decided by now. */
  recordUncertainty(id: string, uncertainty: Uncertainty): Promise<boolean>
  /** A delivery with what its receipt says of it. */
  find(id: string): Promise<Delivery | undefined>
  /** Keeps what a receipt says, by its msgid; a second receipt changes nothing. */
  keepReceipt(msgid: string, receipt: Pick<Delivery, 'state' | 'reason' | 'at'>): Promise<void>
  /** Finds the event of a msgid, in a store that keeps an index of them. */
  eventOf(msgid: string): Promise<string | undefined>
}

/** One invocation of the sender: from `at` (ms) on, the events of these names (attempt-name.ts) may have been sent. */
export type Attempt = { readonly id: string; readonly at: number; readonly names: readonly string[] }

/** What invocations are about to send, or were when they ended without a word. */
export type AttemptStore = {
  /** Writes an attempt over what was written of it before; without names it is gone. */
  write(attempt: Attempt): Promise<void>
  /** All attempts that are there, the oldest first. */
  open(): Promise<readonly Attempt[]>
}

/** A bus that is told what became of events; throws if it did not take them all. */
export type Results = {
  /** Tries all; throws NotPublishedError with those that were not taken. */
  publish(deliveries: readonly Delivery[]): Promise<void>
}

/**
 * Until when (ms) no message may go out, or none but urgent ones: the day's quota, or all but its reserve, is used up.
 * `closedAt` is when WeChat said so last; `look` and `pace` tell of quota that is back early, and of the minute's quota.
 */
export type Gate = {
  readonly closedUntil?: number
  readonly closedAt?: number
  readonly reservedUntil?: number
  readonly errcode?: number
  readonly look?: QuotaLook
  readonly pace?: Pace
}

/** Tells every process whether messages may go out. */
export type GateStore = {
  read(): Promise<Gate>
  /** Closes it; an earlier end never shortens a later one. */
  close(closing: { readonly until: number; readonly errcode: number; readonly at: number }): Promise<void>
  /** Opens it, unless it was closed anew since it was read; false, and nothing written, if it was. */
  reopen(read: Pick<Gate, 'closedUntil' | 'closedAt'>, look: QuotaLook): Promise<boolean>
  reserve(until: number): Promise<void>
  /** Ends this reservation and no later one. */
  unreserve(until: number): Promise<void>
  /** Notes what was seen of the quota, unless it was closed anew since it was read. */
  noteLook(read: Pick<Gate, 'closedAt'>, look: QuotaLook): Promise<void>
  /** Writes the pace if the stored one is of the turn before; false, and nothing written, if another came first. */
  setPace(pace: Pace): Promise<boolean>
}

/** A queue of JSON messages. */
export type Queue = {
  push(messages: readonly unknown[], delaySeconds?: number): Promise<void>
}

/** What waits in a queue, or is being worked on; SQS counts only about right, and some seconds late. */
export type Backlog = { isEmpty(): Promise<boolean> }

/** A queue as its consumer sees it. */
export type ConsumedQueue = {
  /** Lets a message come again after this many seconds instead of the queue's own time. */
  comeAgain(receiptHandle: string, seconds: number): Promise<void>
}

/** An event as it goes back into a queue. */
export type EventAgain = {
  readonly body: string
  readonly attempts: number
  /** When (ms) it was first pushed. */
  readonly since: number
  /** Its slot (ms), where messages leave at a pace. */
  readonly slotAt?: number
  /** Its group (MessageGroupId), by which SQS keeps the messages of one from holding up those of the others. */
  readonly group?: string
}

/** The queue of business events, as its consumer sees it. */
export type EventQueue = ConsumedQueue & {
  /** Puts an event aside for people to look at, with the reason beside it: what is wrong, or what is in doubt. */
  setAside(event: Pick<EventAgain, 'body' | 'group'>, reason: string, where: 'dead-letter' | 'review'): Promise<void>
  /** Pushes events once more as new messages, ten a call; answers the indexes of those that could not be. */
  pushAgain(
    events: readonly { readonly event: EventAgain; readonly delaySeconds: number }[],
  ): Promise<ReadonlySet<number>>
  /** Moves events to where they wait for quota at no cost; answers the indexes of those that could not be moved. */
  park(events: readonly { readonly event: EventAgain; readonly kind: ParkedKind }[]): Promise<ReadonlySet<number>>
}

/** Urgent events may use what is kept of the quota for them, so they wait apart from the others. */
export type ParkedKind = 'urgent' | 'usual'

/** The events that wait for quota. */
export type ParkedEvents = {
  /** About how many wait. */
  count(): Promise<Readonly<Record<ParkedKind, number>>>
  /** Moves up to ten back into the queue of events; answers how many. A crash between may move one twice. */
  moveBack(kind: ParkedKind, most: number): Promise<number>
}

/**
 * A walk through the follower list: how far it came. `startedAt` is WeChat's clock in seconds, `beganAt` ours in ms;
 * `followers` counts different people, `total` is the most that WeChat named on the way, `came` those who were not
 * linked yet, `next` where it goes on.
 */
export type Walk = {
  readonly id: string
  readonly startedAt: number
  readonly beganAt: number
  /** Whether everybody is looked up again, not only who came. */
  readonly isEveryone: boolean
  readonly pages: number
  readonly followers: number
  readonly total: number
  /** The least that WeChat named: where it is less than `total`, the list has changed on the way. */
  readonly leastTotal: number
  /** The longest page so far; a shorter one is the last. */
  readonly fullPage: number
  readonly came: number
  /** Of so many pages at the beginning, all who came are queued; of those behind them some may not be. */
  readonly queuedPages: number
  /** So many entries of its pages were no openids: who was meant may be there still. */
  readonly odd?: number
  /** Set at the end, if nothing but the count says that it is the end: then who was not seen may be there still. */
  readonly isByCount?: boolean
  /** Where the store keeps its pages. */
  readonly pageKeys: readonly string[]
  readonly next?: OpenId
  /** How many had left, once it is complete. */
  readonly left?: number
}

/** `pausedUntil` (ms): nothing is walked before that, for the day's quota is used up. */
export type WalkState = { readonly current?: Walk; readonly complete?: Walk; readonly pausedUntil?: number }

type Lease = { readonly owner: string; readonly now: number; readonly until: number }

/** The walks, one process at a time; what is told of a lease that was lost meanwhile changes nothing and answers false. */
export type WalkStore = {
  /** Takes or prolongs the lease atomically; false while another owner's lease runs. */
  takeLease(lease: Lease): Promise<boolean>
  freeLease(owner: string): Promise<void>
  /** The walk under way, and the last complete one. */
  state(): Promise<WalkState>
  /** Saves one page, then `walk` as the checkpoint behind it; answers the walk with the page's key. */
  savePage(walk: Walk, openids: readonly OpenId[], owner: string): Promise<Walk | undefined>
  /** The openids of a walk's pages. */
  openids(walk: Walk): AsyncIterable<readonly OpenId[]>
  /** Makes this walk the last complete one, lets the one before go, and ends any pause. */
  complete(walk: Walk, owner: string): Promise<boolean>
  /** Lets the walk under way go: the next one begins at the first page. */
  abandon(owner: string): Promise<boolean>
  /** Nothing is walked before `until` (ms). */
  pause(until: number, owner: string): Promise<boolean>
  /** Takes people out of every page. */
  forget(openids: ReadonlySet<OpenId>): Promise<void>
}

/**
 * Whether a first walk, or one that looks everybody up again, is not walked or not worked into the links yet: then who is
 * unknown may be a follower all the same.
 */
export type LinkingProgress = { isUnderWay(): Promise<boolean> }

/** A walk as its linking is counted: `beganAt` (ms) names it; `isWhole` if it is the first, or looks everybody up again. */
export type CountedWalk = { readonly beganAt: number; readonly isWhole: boolean }

/**
 * The messages that a walk queued in one go: `step` counts from 1, and `run` is the instant (ms) at which the run of the
 * function began that queued them, for a step may be repeated.
 */
export type WalkStep = CountedWalk & { readonly step: number; readonly run: number }

/** One message of a step, counted from 0; each names a hundred people, the last one the rest. */
export type QueuedPart = WalkStep & { readonly message: number }

/** Counts what the walks queued until it is worked into the links. What was queued over 14 days ago counts no more. */
export type LinkingStore = LinkingProgress & {
  /**
   * A walk begins, or goes on behind so many steps: until it is closed it counts as not walked. What is known of steps
   * behind these goes, for they will be queued again; and so does all of a walk that was never closed.
   */
  open(walk: CountedWalk, steps: number): Promise<void>
  /** The walk is walked to its end. What an earlier one queued and a whole one queued again counts no more. */
  close(walk: CountedWalk): Promise<void>
  /** Forgets the walk that was not closed. */
  abandon(): Promise<void>
  /** So many people are about to be queued, in hundreds. To be said before they are, or some could be worked in uncounted. */
  expect(step: WalkStep, people: number): Promise<void>
  /** These messages are worked in. To say so again changes nothing, nor does it for a step that was repeated since. */
  workedIn(parts: readonly QueuedPart[]): Promise<void>
  /** How many people are not worked in yet, of all walks. */
  waiting(): Promise<number>
}

/** What was worked into the links: the walk must not look them up again, and must miss them if they left unseen. */
export type JournalEntry = { readonly follow: readonly OpenId[]; readonly unfollow: readonly OpenId[] }
export type NotedEntry = JournalEntry & { readonly key: string; readonly notedAt: number }
export type Journal = {
  note(entry: JournalEntry, now: number): Promise<void>
  /** All entries, with the instant (ms) of each. */
  entries(): AsyncIterable<NotedEntry>
  drop(keys: readonly string[]): Promise<void>
  forget(openids: ReadonlySet<OpenId>): Promise<void>
}

/** Who wished to be forgotten, by a digest of the openid alone, so that nothing brings them back but they themselves. */
export type Erasures = {
  /** `at` in seconds by WeChat's clock; an older one never replaces a newer one. */
  mark(openid: OpenId, at: number): Promise<void>
  /** Takes a mark away that is older than this instant (seconds). */
  unmark(openid: OpenId, before: number): Promise<void>
  /** Of up to 100 openids, when each of those marked was. */
  marksOf(openids: readonly OpenId[]): Promise<ReadonlyMap<OpenId, number>>
  /** Everybody's marks: tells of any openid whether it is marked. */
  all(): Promise<(openid: OpenId) => boolean>
}

/** Secrets by name; undefined when it was never set. What is kept of one is read anew if it turned out to be `refused`. */
export type Secrets = { get(name: SecretName, refused?: string): Promise<string | undefined> }

export type SessionClaims = { readonly miniOpenid: MiniOpenId; readonly unionid?: UnionId }

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
