/** What links of followers need of the outside: their rows, the count of what is to be worked in, the journal, and erasure. */

import type { Address, MiniAppId, OfficialAppId, OpenId, UnionId } from '../identifiers.ts'
import type { Identity } from '../ports.ts'
import type { FollowerRow, FoundPerson, StoredRow } from './link.ts'
import type { MiniUser, ScanLink, ScanVerdict } from './scan.ts'
import type { Scene } from './scene.ts'

/** Who somebody is to a mini program, as its login tells. */
export type MiniLogin = Identity & { readonly mini: MiniAppId }

/** Who is who in all apps of the stage. */
export type LinkStore = {
  /**
   * Finds up to 100 people of any apps, in the order asked, with at most two batch reads; undefined for a person of whom
   * nothing can be told, for the row that leads to them cannot be read.
   *
   * By an openid only its own Official Account is asked, which its own row answers; `everywhere` asks the others too.
   */
  resolve(addresses: readonly Address[], scope?: 'everywhere'): Promise<(FoundPerson | undefined)[]>
  /** The followers of one Official Account; what is written there touches no other's. */
  of(official: OfficialAppId): FollowerLinks
  /** Joins a mini-program openid to its unionid; an older login does not undo a newer one. `at` in ms. */
  writeLogin(login: MiniLogin, at: number): Promise<void>
  /**
   * Joins a follower to a user whose code they scanned at this instant (seconds), if `judgeScan` says so; either is linked by
   * scan to one only, the latest. Again it changes nothing; cut short it has linked nobody, and is to be called again.
   */
  joinByScan(link: ScanLink, at: number): Promise<ScanVerdict>
  /** Ends links by scan; one that is none any more stays as it is. */
  endScans(links: readonly ScanLink[]): Promise<void>
  /** When (ms) whoever has one of up to 100 unionids last logged in, to whichever mini program; absent for who has not. */
  loginsOf(unionids: readonly UnionId[]): Promise<ReadonlyMap<UnionId, number>>
}

/** What is stored of the followers of one Official Account. */
export type FollowerLinks = {
  /** Reads the follower rows of up to 100 openids; one that cannot be read says so in its place. */
  followers(openids: readonly OpenId[]): Promise<ReadonlyMap<OpenId, StoredRow>>
  /**
   * Writes a follower's row, if the stored row is still `stored` (one that cannot be read is written over), then the row of
   * the unionid. Who does not follow any more is linked by no scan from then on. False if somebody else wrote meanwhile; then nothing leads to the person anew.
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
}

/** What became of a claim to a follow code: it is `mine`, or of no use. */
type CodeClaim = { readonly kind: 'mine'; readonly user: MiniUser } | { readonly kind: 'unknown' | 'expired' | 'used' }

/** The follow codes: whose they are can be read by their scene alone, which only WeChat has. */
export type FollowCodes = {
  /** Keeps a code that may be scanned up to `until` (seconds, WeChat's clock). */
  keep(code: { scene: Scene; official: OfficialAppId; user: MiniUser; until: number }): Promise<void>
  /** Claims a code for the follower who scanned it at an instant (seconds, WeChat's clock); the first keeps it. */
  claim(scene: Scene, scan: { official: OfficialAppId; openid: OpenId; at: number }): Promise<CodeClaim>
  /** Counts a code of a user's on this day (`2026-11-22`); false beyond `most`. */
  count(user: MiniUser, day: string, most: number): Promise<boolean>
}

/** What the links need beside reading and writing: who waits for something, and how people are erased. */
export type LinkUpkeep = {
  /** All addresses of the person that one of them leads to in all apps, itself among them. */
  idsOf(address: Address): Promise<readonly Address[]>
  /**
   * Removes all of a person, in all apps, but what they did after `at` (seconds): followed again, or logged in again. Who
   * logged in again by a unionid stays a follower by it.
   *
   * A row that leads to an address which is none of these stays, and that one is answered: once it is noted where no crash
   * takes it away, this is called again with all of them.
   */
  erase(ids: readonly Address[], at: number): Promise<readonly Address[]>
  /**
   * Removes who unfollowed an Official Account up to `at` (seconds) and has not followed since; false if they have, also of who
   * is removed already true. With their last account goes the rest of them, whenever they logged in.
   */
  expire(official: OfficialAppId, openid: OpenId, at: number): Promise<boolean>
  /**
   * Followers of an Official Account, a hundred at a time, who unfollowed, or were without unionid when last asked, up to `until`
   * (seconds).
   */
  waiting(official: OfficialAppId, what: 'left' | 'unbound', until: number): AsyncIterable<readonly OpenId[]>
}

/** Whether a first sync run, or one of everybody, is not complete or not worked in yet: then who is unknown may follow. */
export type LinkingProgress = { isUnderWay(): Promise<boolean> }

/** A sync run as its linking is counted: `beganAt` (ms) names it; `isWhole` if it is the first, or looks everybody up again. */
export type CountedRun = { readonly beganAt: number; readonly isWhole: boolean }

/**
 * The messages that a sync run queued in one go: `step` counts from 1, and `run` is the instant (ms) at which the
 * invocation began that queued them, for a step may be repeated.
 */
export type SyncStep = CountedRun & { readonly step: number; readonly run: number }

/** One message of a step, counted from 0; each names a hundred people, the last one the rest. */
export type QueuedPart = SyncStep & { readonly message: number }

/** Counts what sync runs queued until it is worked into the links. What was queued over 14 days ago counts no more. */
export type LinkingStore = LinkingProgress & {
  /**
   * A sync run begins, or goes on behind so many steps: until it is closed it counts as incomplete. What is known of steps
   * behind these goes, for they will be queued again; and so does all of a sync run that was never closed.
   */
  open(run: CountedRun, steps: number): Promise<void>
  /** The list is read to its end. What an earlier sync run queued and a whole one queued again counts no more. */
  close(run: CountedRun): Promise<void>
  /** Forgets the sync run that was not closed. */
  abandon(): Promise<void>
  /** So many people are about to be queued, in hundreds. To be said before they are, or some could be worked in uncounted. */
  expect(step: SyncStep, people: number): Promise<void>
  /** These messages are worked in. To say so again changes nothing, nor does it for a step that was repeated since. */
  workedIn(parts: readonly QueuedPart[]): Promise<void>
  /** How many people are not worked in yet, of all sync runs. */
  waiting(): Promise<number>
}

/** What was worked into the links: a sync run must not look them up again, and must miss them if they unfollowed unseen. */
export type JournalEntry = { readonly follow: readonly OpenId[]; readonly unfollow: readonly OpenId[] }

export type NotedEntry = JournalEntry & { readonly key: string; readonly notedAt: number }

export type Journal = {
  note(entry: JournalEntry, now: number): Promise<void>
  /** All entries, with the instant (ms) of each. */
  entries(): AsyncIterable<NotedEntry>
  drop(keys: readonly string[]): Promise<void>
  forget(openids: ReadonlySet<OpenId>): Promise<void>
}

/** The pages of sync runs, of which this folder only takes people out. */
export type SyncPages = { forget(openids: ReadonlySet<OpenId>): Promise<void> }

/** Who requested their erasure, by a digest of the openid alone, so that nothing brings them back but they themselves. */
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
