/** What the console looks at: the stores of a stage, its queues, and the functions that tell of it. */

import type { AppName, Apps } from '../apps.ts'
import type { QueueSize } from '../doctor/deps.ts'
import type { LinkStore, LinkUpkeep } from '../followers/ports.ts'
import type { Now } from '../ports.ts'
import type { Delivery } from '../send/delivery.ts'
import type { ValueCheck } from '../send/deps.ts'
import type { DeliveryList, DeliveryStore } from '../send/ports.ts'
import type { TemplateList } from '../send/template-list.ts'

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
  /** Only where somebody looks on while it happens: the local stack. */
  readonly history?: History
  /** Only with WeChat in a box: what really is on phones. */
  readonly phones?: Phones
  readonly events: PushQueue
  /** The templates of each Official Account, as they are now. */
  readonly templates: () => ReadonlyMap<AppName, TemplateList>
  readonly values: ValueCheck
  /** Where producers push, for the code that the page shows; `endpoint` of the local stack. */
  readonly queue: { readonly name: string; readonly region: string; readonly endpoint?: string }
  readonly now: Now
}

/** The queue of events, as a producer sees it; of one `group` the messages hold up none of another. */
type PushQueue = { push(message: { readonly body: string; readonly group?: string }): Promise<void> }

/** What became of events, as it was seen while it happened; it has an end, and begins with the stack. */
export type History = {
  /** The steps of an event in their order; none if it was not seen. */
  stepsOf(id: string): readonly SeenStep[]
  /** The newest first. */
  events(): readonly SeenEvent[]
  /** The latest lines of the log by the area that they tell of, and how many of them are errors or warnings. */
  areas(): readonly SeenArea[]
  /** Another number whenever something was seen. */
  revision(): number
  /** Notes that the console pushed an event. */
  notePush(id: string, template: string | undefined): void
}

type At = { readonly at: string }
export type SeenStep =
  | ({ readonly step: 'pushed' } & At)
  | ({ readonly step: 'received'; readonly count: number } & At)
  | ({ readonly step: 'resolved'; readonly isAsked: boolean } & At)
  | ({
      readonly step: 'called'
      readonly errcode?: number
      readonly failure?: string
      readonly rid?: string
      readonly ms?: number
    } & At)
  | ({ readonly step: 'accepted' | 'ended' | 'parked' | 'waits' | 'receipt'; readonly state: string } & At &
      Pick<Delivery, 'reason' | 'msgid' | 'nextTryAt'>)
  | ({ readonly step: 'repeated' } & At)
  | ({ readonly step: 'trouble'; readonly words: string } & At)

/** `state` is a delivery's, or `pushed` or `received` before there is one. */
export type SeenEvent = {
  readonly id: string
  readonly state: string
  readonly at: string
  readonly from?: AppName
  readonly template?: string
  readonly reason?: string
  readonly attempts: number
}
export type SeenArea = {
  readonly name: string
  readonly lines: readonly string[]
  readonly problems: readonly string[]
}

/** `at` is an instant of WeChat's clock, which people can move. */
export type Arrival = { readonly at: string; readonly msgid: string; readonly person: number; readonly title: string }
export type Phones = { arrivalsOf(clientMsgId: string): readonly Arrival[] }

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
