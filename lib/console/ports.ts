/** What the console looks at: the stores of a stage, its queues, and the functions that tell of it. */

import type { AppName, Apps } from '../apps.ts'
import type { QueueSize } from '../doctor/deps.ts'
import type { LinkStore, LinkUpkeep } from '../followers/ports.ts'
import type { Now } from '../ports.ts'
import type { DeliveryList, DeliveryStore } from '../send/ports.ts'

export type ConsoleDeps = {
  readonly stage: string
  readonly apps: Apps
  readonly deliveries: Pick<DeliveryStore, 'find' | 'read'>
  readonly list: DeliveryList
  readonly links: Pick<LinkStore, 'resolve'>
  readonly upkeep: Pick<LinkUpkeep, 'idsOf'>
  readonly queues: StageQueues
  readonly letters: DeadLetters
  readonly functions: StageFunctions
  readonly now: Now
}

/** The queues of a stage, by what their names end in: `events`, `events-dlq`. */
export type StageQueues = {
  /** About how many messages are in a queue; undefined if the stage has no such queue. */
  size(ending: string): Promise<QueueSize | undefined>
}

/** A message that was put aside, as it was peeked at; `at` is in ms. */
export type Letter = {
  readonly messageId: string
  readonly eventId?: string
  readonly reason: string
  readonly at: number
  readonly body: string
}

export type DeadLetters = {
  /**
   * Looks at up to a hundred messages of a queue and leaves them there; while that lasts, a few seconds, nobody else receives
   * them. `isAll` unless more may be there.
   */
  peek(ending: string): Promise<{ readonly letters: readonly Letter[]; readonly isAll: boolean }>
  /**
   * Moves the messages with these ids back into the queue of events; what may have been sent only if `evenInDoubt`, under a new
   * event id. Answers how many were moved.
   */
  redrive(order: RedriveOrder): Promise<{ readonly moved: number }>
}

type RedriveOrder = {
  readonly queue: 'events-dlq' | 'events-review'
  readonly ids: ReadonlySet<string>
  readonly evenInDoubt: boolean
}

/** What the functions of the stage tell; an app is an Official Account, the default one without a name. */
export type StageFunctions = {
  /** How far the sync run is; asks WeChat nothing. */
  sync(app?: AppName): Promise<object>
  /** The quota, the gate and what is held; costs one call to WeChat. */
  quota(app?: AppName): Promise<object>
  /** Opens the gate now. */
  reopen(app?: AppName): Promise<object>
  /** The findings of the doctor; costs some seven calls to WeChat for each account. */
  doctor(): Promise<object>
}
