/** The record of one message in a batch; each stage adds fields. */

import type { Person } from '../followers/link.ts'
import type { Delivery } from './delivery.ts'
import type { Account } from './deps.ts'
import type { Message, MessageKind } from './kinds/kind.ts'
import type { Decision, Deferral } from './outcome.ts'
import type { QueuedEvent } from './ports.ts'
import type { SendGate } from './send-gate.ts'
import type { Uncertainty } from './uncertainty.ts'

/** A message as the events queue gave it out; `attempts` counts this receive. */
export type Received = QueuedEvent & {
  readonly receiptHandle: string
  readonly messageId: string
  /** How often this message was given out. */
  readonly receives: number
}

/** An Official Account that an event may go out by, and what it would send by it. */
export type Candidate = { readonly account: Account; readonly message: Message; readonly lane: string }

export type Parsed = Received & {
  readonly kind: MessageKind
  /** The Official Account that it goes out by; of an event from any the first, until its person is known. */
  readonly account: Account
  /** The others that an event from any may go out by. */
  readonly others: readonly Candidate[]
  /** The event's id; undefined if it cannot be read, or what becomes of this copy is no news of the event. */
  readonly id: string | undefined
  /** What is to be sent; without it `problem` says what is wrong. */
  readonly message: Message | undefined
  readonly problem: string | undefined
  /** Messages of one lane may fail together: its template. */
  readonly lane: string
}

export type Loaded = Parsed & {
  /** The gate of its kind, as this batch sees it. */
  readonly gate: SendGate
  /** Why nothing could be loaded. */
  readonly deferral: Deferral | undefined
  /** Undefined if their row cannot be read. */
  readonly person: Person | undefined
  /** What is written of the event, unless more is known by now. */
  readonly delivery: Delivery | undefined
  /** The row of the event is damaged: people must mend it, and nothing is written over it. */
  readonly isUnreadable: boolean
  /** Whether earlier calls may have sent it, as it is written. */
  readonly uncertainty: Uncertainty | undefined
  /** Whether another invocation may be sending it just now. */
  readonly isInFlight: boolean
  /** It is, or may be, on a phone: it is not sent again. */
  readonly isDone: boolean
}

export type Decided = Loaded & { readonly decision: Decision }

/** After its turn: `doubt` is the uncertainty, with what this try adds to it. */
export type Sent = Decided & { readonly doubt: Uncertainty | undefined }
