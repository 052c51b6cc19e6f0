/** Why an event is deferred, and who must act. */

import { TransportError, type WeChatError } from '../errors.ts'
import type { Delivery } from './delivery.ts'

/** What an event waits for: with `operator` somebody must mend something, all else passes by itself. */
export type WaitCause = 'operator' | 'wechat' | 'person' | 'quota' | 'ourselves'

/** `why` says the same at each try that fails for the same cause: a delivery is written anew when it changes. */
export type WaitReason = { readonly cause: WaitCause; readonly why: string; readonly errcode?: number }

/** An outage shows as one or the other from try to try: it is one reason. */
export const wechatAway: WaitReason = {
  cause: 'wechat',
  why: 'WeChat could not be called, or gave no usable answer',
}

/** What a call that failed says: WeChat is away, a quota of calls is used up, or the deployment is wrong. */
export function reasonOf(error: WeChatError | TransportError): WaitReason {
  if (error instanceof TransportError || error.class === 'transient') return wechatAway
  const { errcode } = error
  if (error.class === 'quota') return { cause: 'quota', why: `quota of calls: ${errcode}`, errcode }
  return { cause: 'operator', why: `config: ${errcode}`, errcode }
}

/** What the delivery says of it; `mayBeSent` by an earlier try, of which nobody knows. */
export function factsOf({ cause, why, errcode }: WaitReason, mayBeSent = false): Pick<Delivery, 'reason' | 'errcode'> {
  const who = cause === 'operator' ? 'an operator must act' : 'passes by itself'
  const doubt = mayBeSent ? '; an earlier try may have sent it' : ''
  return { reason: `${who}: ${why}${doubt}`, ...(errcode === undefined ? {} : { errcode }) }
}

/** Tells whether a delivery says already that its event waits for this. */
export function isRecorded(delivery: Delivery | undefined, why: WaitReason, mayBeSent: boolean): boolean {
  const { reason, errcode } = factsOf(why, mayBeSent)
  return delivery?.state === 'waiting' && delivery.reason === reason && delivery.errcode === errcode
}
