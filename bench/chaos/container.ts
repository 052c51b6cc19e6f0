/** A container of Lambda: the functions as they are deployed, on the clock of the run; it does what its parent says. */

import '../../kit/clock.ts'

import type { Context, SQSEvent } from 'aws-lambda'

import { handler as resumeEvents } from '../../functions/resume-events.ts'
import { handler as send } from '../../functions/send.ts'
import { moveTo } from '../../kit/clock.ts'
import { openPeer } from '../../kit/peer.ts'
import { endWithParent } from '../../kit/usage.ts'
import { handler as sendNaively } from './naive-send.ts'

const noEvent: SQSEvent = { Records: [] }
const handlers = { send, 'send-naively': sendNaively, 'resume-events': resumeEvents }

export type FunctionName = keyof typeof handlers
/** `aheadMs` is the clock; `limitMs` what the function may take. */
export type Invocation = { readonly aheadMs: number; readonly limitMs: number }

openPeer(process, { lambda: { invoke } })
endWithParent()

/** Answers as Lambda would, with the function's answer as it is. */
async function invoke(name: FunctionName, event: SQSEvent | undefined, { aheadMs, limitMs }: Invocation) {
  moveTo(aheadMs)
  const endsAt = Date.now() + limitMs
  const context = { awsRequestId: 'chaos', functionName: name, getRemainingTimeInMillis: () => endsAt - Date.now() }
  return handlers[name](event ?? noEvent, context as Context)
}
