/** The steps of a timeline: what the tables tell, what was seen, and what is on phones. */

import type { Delivery } from '../send/delivery.ts'
import type { Arrival, SeenStep } from './ports.ts'

/** `called` is a call to WeChat, with its answer; the tables keep the last one that was answered, and no time of the push. */
export type ToldStep =
  | { readonly step: 'tries'; readonly count: number }
  | { readonly step: 'called'; readonly at: string; readonly errcode: number; readonly rid?: string }
  | { readonly step: 'unanswered'; readonly since: string; readonly windows: number; readonly why: string }
  | ({
      readonly step: 'ended' | 'waits' | 'parked' | 'receipt' | 'accepted'
      readonly at: string
      readonly state: string
    } & Facts)
export type Facts = Pick<Delivery, 'reason' | 'msgid' | 'nextTryAt'>

/** `arrived` is on a phone of WeChat in a box. */
export type Step = ToldStep | SeenStep | ({ readonly step: 'arrived' } & Arrival)
