/** The function `doctor` of a stage, asked through Lambda's Invoke: on AWS, or of the local stack. */

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'

import { functionName, readAnswer } from '../command/function.ts'
import { clientConfig, type Place } from '../command/place.ts'
import type { Session } from '../command/session.ts'
import { askAwake } from '../command/wake.ts'
import { type Report, report } from './report.ts'

export type Examine = () => Promise<Report>

export const fileName = 'doctor'

/** The function has 60 s. */
const answerLimitMs = 70_000

type Waiting = Pick<Session, 'signal' | 'sleep'> & {
  /** Says what is waited for. */
  readonly tell: (text: string) => void
}

/** Opens the function; an aborted `signal` ends the waiting. */
export function openDoctorFunction(place: Place, { signal, sleep, tell }: Waiting): Examine {
  const client = new LambdaClient(clientConfig(place))
  const FunctionName = functionName(place, fileName)
  const invoke = () => {
    const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)])
    return client.send(new InvokeCommand({ FunctionName, Payload: '{}' }), { abortSignal })
  }
  return async () => readAnswer(await askAwake(FunctionName, invoke, { tell, sleep }), report)
}
