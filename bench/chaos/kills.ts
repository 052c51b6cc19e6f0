/** When processes are killed: at which request of which invocation, before it leaves or when its answer comes. */

import type { Message } from '@aws-sdk/client-sqs'
import { feedOf } from '../../kit/deployment.ts'
import type { Random } from '../../kit/random.ts'
import { windowMs } from '../../lib/send/uncertainty.ts'
import type { Container, Edge } from './containers.ts'
import type { Death } from './troubles.ts'
import { isSend } from './witness.ts'

/** One kill: at the n-th request of this kind; of the answer itself there is one. */
type Kill = { readonly edge: Edge; readonly moment: 'request' | 'answer'; left: number }

/** When a message comes again, and what is left then for trying. */
const { visibilityMs: comesAgainMs } = feedOf('send')
const spareMs = 120_000

/** Tells whether what a crash leaves behind comes again while WeChat still knows all that may have been sent. */
export function mayBeKilled(messages: readonly Message[], now: number): boolean {
  return messages.every(it => now - receivedSince(it, now) + comesAgainMs + spareMs < windowMs)
}

/** Arms a container for one invocation; `killed` hears of it. */
export function arm(container: Container, size: number, random: Random, killed: (where: string) => void): void {
  const kill = drawKill(size, random)
  const isThere: Place = (edge, moment) => edge === kill.edge && moment === kill.moment && --kill.left <= 0
  dieAt(container, isThere, () => killed(`${kill.moment} of ${kill.edge}`))
}

/** Arms a container for one invocation that is to die at this place, if it comes there. */
export function doom(container: Container, death: Death, random: Random, killed: () => void): void {
  let left = death === 'at' ? 1 : 1 + random(3)
  const moment = death === 'at' ? 'request' : 'answer'
  const edge = death === 'before' ? 'store' : 'wechat'
  let isSending = false
  const isThere: Place = (at, when, head) => {
    if (at === 'wechat' && when === 'request') isSending = isSend(head)
    return at === edge && when === moment && (edge === 'store' || isSending) && --left <= 0
  }
  dieAt(container, isThere, killed)
}

/** Tells whether a request, or an answer, is the one to die at. */
type Place = (...at: Parameters<Container['listener']>) => boolean

function dieAt(container: Container, isThere: Place, killed: () => void): void {
  container.listener = (...at) => {
    if (!isThere(...at)) return 'pass'
    container.listener = () => 'cut'
    killed()
    container.kill()
    return 'cut'
  }
}

/** Half of them amid the sends; the tables are asked thrice before, and written to for every 25 messages. */
function drawKill(size: number, random: Random): Kill {
  const moment = random(2) === 0 ? 'request' : 'answer'
  const which = random(10)
  if (which < 6) return { edge: 'wechat', moment, left: 1 + random(size) }
  if (which < 9) return { edge: 'store', moment, left: 1 + random(4 + Math.ceil(size / 25)) }
  return { edge: 'queue', moment, left: 1 + random(3) }
}

/** What is pushed again is surely not sent by then, or its delivery knows since when it may be. */
function receivedSince({ Attributes = {} }: Message, now: number): number {
  return Number(Attributes.ApproximateFirstReceiveTimestamp ?? now)
}
