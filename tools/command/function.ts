/** The functions of a stage, as commands ask them through Lambda's Invoke: their names, answers and failures. */

import type { InvokeCommandOutput } from '@aws-sdk/client-lambda'
import * as v from 'valibot'

import { explainFailure } from './explain-failure.ts'
import { logOf, type Place } from './place.ts'

/** The function was reached, and failed. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError'
}

/** Names a function as serverless does. */
export function functionName({ stage }: Place, fileName: string): string {
  return `queqiao-${stage}-${fileName}`
}

/** Reads a function's answer; throws FunctionError if it failed, or answers as another version does. */
export function readAnswer<T>(
  { FunctionError: failed, Payload }: InvokeCommandOutput,
  shape: v.GenericSchema<unknown, T>,
): T {
  const text = Payload?.transformToString() ?? ''
  if (failed !== undefined) throw parseFailure(text)
  const answer = v.safeParse(v.pipe(v.string(), v.parseJson(), shape), text)
  if (answer.success) return answer.output
  throw new FunctionError(
    'it answers in another way than this version does: deploy the stage anew, or check its version out',
  )
}

/** Explains why a function could not be asked, or failed; never with a stack trace. */
export function explainFunctionFailure(error: unknown, place: Place, fileName: string): string {
  const name = functionName(place, fileName)
  if (error instanceof FunctionError) return `${name} failed: ${error.message}; its log: ${logOf(place, fileName)}`
  const right = `lambda:InvokeFunction on ${name}`
  return explainFailure(error, place, { service: 'Lambda', what: `function ${name}`, right })
}

const failure = v.object({ errorMessage: v.string() })
const maxLength = 300

/** What Lambda answers for a function that failed; its stack trace is left out. */
function parseFailure(payload: string): FunctionError {
  const answer = v.safeParse(v.pipe(v.string(), v.parseJson(), failure), payload)
  return new FunctionError(
    answer.success ? answer.output.errorMessage.slice(0, maxLength).trim() : 'it does not say why',
  )
}
