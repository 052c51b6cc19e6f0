/** The outside interfaces of sending: deliveries, attempts, the send gate, the event queues, and the event bus. */

import type { AppName } from '../apps.ts'
import type { OfficialAppId } from '../identifiers.ts'
import type { ConsumedQueue } from '../ports.ts'
import type { Delivery, DoneMark, ListedDelivery, ListedState } from './delivery.ts'
import type { QuotaLook } from './quota-look.ts'
import type { Pace } from './send-pace.ts'
import type { Uncertainty } from './uncertainty.ts'

/** A copy of an event that waits, and when it was pushed (RFC 3339). */
export type Waiter = { readonly copy: string; readonly pushedAt: string }

/**
 * Which deliveries are listed: in these states, of a template by the name or id that the event has, at or after an instant
 * (RFC 3339, in UTC, to the millisecond); `after` is where an earlier page ended.
 */
export type ListingOrder = {
  readonly states: readonly ListedState[]
  readonly template?: string
  readonly since?: string
  readonly after?: string
}

/** `next` is where this page ended, if there may be more. A page may have fewer than would fit, or none, and a next one. */
type DeliveryPage = { readonly deliveries: readonly ListedDelivery[]; readonly next?: string }

export type DeliveryList = {
  /** Lists the newest first, as they were a moment ago. A page reads a bounded number of rows, however few match. */
  page(order: ListingOrder): Promise<DeliveryPage>
}

/** A msgid is one of its account's. */
export type Msgid = { readonly official: OfficialAppId; readonly msgid: string }

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
  /**
   * Keeps what a receipt says, by its account and msgid; a second receipt changes nothing. Rejects once `signal` aborts,
   * although the receipt may be kept then.
   */
  keepReceipt(of: Msgid, receipt: Pick<Delivery, 'state' | 'reason' | 'at'>, signal?: AbortSignal): Promise<void>
  /** Finds the event of a msgid, in a store that keeps an index of them. */
  eventOf(of: Msgid): Promise<string | undefined>
}

/** One invocation of the sender: from `at` (ms) on, the events of these names (short-names.ts) may have been sent. */
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
  /** Writes the pace if the stored one is of the revision before; false, and nothing written, if another came first. */
  setPace(pace: Pace): Promise<boolean>
}

/** An event as it goes back into a queue. */
export type QueuedEvent = {
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
  /** Moves an event to where people look at it, with the reason beside it: what is wrong, or what is in doubt. */
  deadLetter(event: Pick<QueuedEvent, 'body' | 'group'>, reason: string, where: 'dead-letter' | 'review'): Promise<void>
  /** Pushes events once more as new messages, ten a call; answers the indexes of those that could not be. */
  requeue(
    events: readonly { readonly event: QueuedEvent; readonly delaySeconds: number }[],
  ): Promise<ReadonlySet<number>>
  /** Moves events to where they wait for quota at no cost; answers the indexes of those that could not be moved. */
  holdForQuota(events: readonly ({ readonly event: QueuedEvent } & ParkingPlace)[]): Promise<ReadonlySet<number>>
}

/** Where an event waits for quota: the account's, by its name, and the kind's. */
export type ParkingPlace = { readonly official: AppName; readonly priority: Priority }

/** Urgent events may use what is kept of the quota for them, so they wait apart from the others. */
export type Priority = 'urgent' | 'usual'

/** Events that were first pushed before one instant (ms), and have waited here since before another. */
export type OldEvents = { readonly pushedBefore: number; readonly heldBefore: number }

/** The events that wait for quota of one Official Account. */
export type ParkedEvents = {
  /** About how many wait. */
  count(): Promise<Readonly<Record<Priority, number>>>
  /** Moves up to ten back into the queue of events; answers how many. A crash between may move one twice. */
  moveBack(kind: Priority, most: number): Promise<number>
  /** Looks at up to ten, and moves back those that are old; the others are out of sight for two minutes. */
  moveOldBack(kind: Priority, old: OldEvents): Promise<{ readonly seen: number; readonly moved: number }>
}
