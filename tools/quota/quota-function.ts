/** The function `resume-events` of a stage, asked through Lambda's Invoke: it knows WeChat's secret, so nobody here must. */

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'

import type { QuotaOrder } from '../../lib/send/quota-order.ts'
import { functionName, readAnswer } from '../command/function.ts'
import { clientConfig, type Place } from '../command/place.ts'
import { type Report, report } from './report.ts'

/** Carries out an order, and answers its report. */
export type AskQuota = (order: QuotaOrder) => Promise<Report>

export const fileName = 'resume-events'

/** The function has 60 s. */
const answerLimitMs = 70_000

/** Opens the function; an aborted `signal` ends the waiting. */
export function openQuotaFunction(place: Place, signal: AbortSignal): AskQuota {
  const client = new LambdaClient(clientConfig(place))
  return async order => {
    const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)])
    const command = new InvokeCommand({
      FunctionName: functionName(place, fileName),
      Payload: JSON.stringify(order),
    })
    return readAnswer(await client.send(command, { abortSignal }), report)
  }
}
