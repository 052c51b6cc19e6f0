/** The function `sync-followers` of a stage, asked through Lambda's Invoke: on AWS, or of the local stack. */

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'

import type { SyncOrder } from '../../lib/sync/order.ts'
import { functionName, readAnswer } from '../command/function.ts'
import { clientConfig, isLocal, type Place } from '../command/place.ts'
import { type Report, report } from './report.ts'

export type SyncFunction = {
  /** Carries out an order that takes no time, and answers its report. */
  ask(order: Order): Promise<Report>
  /** Gives an order and does not wait for its end; what is known of its failure is thrown by a later `ask`. */
  begin(order: Order): Promise<void>
}

type Order = Partial<SyncOrder>

/** The planning makes a few calls to WeChat, each of at most 10 s. */
const askLimitMs = 60_000

export const fileName = 'sync-followers'

/** Opens the function; an aborted `signal` ends what is being asked, but no sync run. */
export function openSyncFunction(place: Place, signal: AbortSignal): SyncFunction {
  const client = new LambdaClient(clientConfig(place))
  const send = (order: Order, InvocationType: 'Event' | 'RequestResponse', abortSignal: AbortSignal) => {
    const input = { FunctionName: functionName(place, fileName), InvocationType, Payload: JSON.stringify(order) }
    return client.send(new InvokeCommand(input), { abortSignal })
  }
  const soon = () => AbortSignal.any([signal, AbortSignal.timeout(askLimitMs)])
  let failed: unknown

  return {
    async ask(order) {
      const answer = readAnswer(await send(order, 'RequestResponse', soon()), report)
      if (failed !== undefined) throw failed
      return answer
    },
    async begin(order) {
      if (!isLocal(place)) {
        await send(order, 'Event', soon())
        return
      }
      // serverless-offline leaves an `Event` run's failure unhandled, which ends the whole stack.
      send(order, 'RequestResponse', signal)
        .then(it => readAnswer(it, report))
        .catch(error => {
          if (!signal.aborted) failed = error
        })
    },
  }
}
