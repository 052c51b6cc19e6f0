/** The function `doctor` of a stage, asked through Lambda's Invoke: on AWS, or of the local stack. */

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'

import { functionName, readAnswer } from '../command/function.ts'
import { clientConfig, type Place } from '../command/place.ts'
import { type Report, report } from './report.ts'

export type Examine = () => Promise<Report>

export const fileName = 'doctor'

/** The function has 60 s. */
const answerLimitMs = 70_000

/** Opens the function; an aborted `signal` ends the waiting. */
export function openDoctorFunction(place: Place, signal: AbortSignal): Examine {
  const client = new LambdaClient(clientConfig(place))
  return async () => {
    const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)])
    const command = new InvokeCommand({ FunctionName: functionName(place, fileName), Payload: '{}' })
    return readAnswer(await client.send(command, { abortSignal }), report)
  }
}
