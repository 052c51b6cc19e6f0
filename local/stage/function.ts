/** The functions of a stage, as commands ask them through Lambda's Invoke: on AWS, or of the local stack. */

import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from '@aws-sdk/client-lambda'
import * as v from 'valibot'
import { adviceFor } from '../../lib/advice.ts'
import { classify } from '../../lib/errcode.ts'

import { AskError, ask } from './explain-failure.ts'
import { clientConfig, isLocal, logOf, type Place } from './place.ts'
import { askAwake, type Waiting } from './wake.ts'

/** Whatever it cannot do is an AskError. */
export type StageFunction<Order, T> = {
  /** Carries out an order that takes no time, and answers what it answers. */
  ask(order: Order): Promise<T>
  /** Gives an order and does not wait for its end; what is known of its failure is thrown by a later `ask`. */
  begin(order: Order): Promise<void>
}

type Opening<T> = {
  readonly shape: v.GenericSchema<unknown, T>
  /** Ends what is being asked, but nothing that was begun. */
  readonly signal: AbortSignal
  readonly answerLimitMs: number
  /** For one that may not have been called for weeks. */
  readonly waiting?: Waiting
}

/** Opens a function by the name of its file. */
export function openFunction<Order extends object, T>(
  place: Place,
  fileName: string,
  { shape, signal, answerLimitMs, waiting }: Opening<T>,
): StageFunction<Order, T> {
  const client = new LambdaClient(clientConfig(place))
  const name = nameOf(place, fileName)
  const asked = { service: 'Lambda', what: `function ${name}`, right: `lambda:InvokeFunction on ${name}` }
  const soon = () => AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)])
  const invoke = (order: Order, InvocationType: 'Event' | 'RequestResponse', until = soon) => {
    const command = new InvokeCommand({ FunctionName: name, InvocationType, Payload: JSON.stringify(order) })
    const call = () => client.send(command, { abortSignal: until() })
    return ask(place, asked, waiting === undefined ? call() : askAwake(name, call, waiting))
  }
  const read = (output: InvokeCommandOutput) => readAnswer(output, shape, why => functionFailed(place, fileName, why))
  let failed: unknown

  return {
    async ask(order) {
      const answer = read(await invoke(order, 'RequestResponse'))
      if (failed !== undefined) throw failed
      return answer
    },
    async begin(order) {
      if (!isLocal(place)) return void (await invoke(order, 'Event'))
      // serverless-offline leaves an `Event` run's failure unhandled, which ends the whole stack.
      invoke(order, 'RequestResponse', () => signal)
        .then(read)
        .catch(error => {
          if (!signal.aborted) failed = error
        })
    },
  }
}

/** What is told of a function that was reached, and failed. */
export function functionFailed(place: Place, fileName: string, why: string): AskError {
  return new AskError(`${nameOf(place, fileName)} failed: ${why}; its log: ${logOf(place, fileName)}`)
}

/** As serverless names it. */
function nameOf({ stage }: Place, fileName: string): string {
  return `queqiao-${stage}-${fileName}`
}

const failure = v.object({ errorMessage: v.string(), errorType: v.exactOptional(v.string()) })
const maxLength = 300

/** Throws if the function failed, or answers as another version does; never with its stack trace. */
function readAnswer<T>(
  { FunctionError: failed, Payload }: InvokeCommandOutput,
  shape: v.GenericSchema<unknown, T>,
  failedFor: (why: string) => AskError,
): T {
  const text = Payload?.transformToString() ?? ''
  const parse = <U>(as: v.GenericSchema<unknown, U>) => v.safeParse(v.pipe(v.string(), v.parseJson(), as), text)
  if (failed !== undefined) {
    const told = parse(failure)
    throw failedFor(told.success ? describe(told.output) : 'it does not say why')
  }
  const answer = parse(shape)
  if (answer.success) return answer.output
  throw failedFor('it answers in another way than this version does: deploy the stage anew, or check its version out')
}

/** What the function says of its failure, and of one of WeChat's what to do. */
function describe({ errorMessage, errorType }: v.InferOutput<typeof failure>): string {
  const message = errorMessage.slice(0, maxLength).trim()
  if (errorType === 'TransportError')
    return `${message}; WeChat may have acted on it all the same; ${adviceFor('transient')}`
  const [, api, errcode] = /^WeChat refused (\S+): (-?\d+) /.exec(message) ?? []
  return errorType === 'WeChatError' && api !== undefined
    ? `${message}; ${adviceFor(classify(Number(errcode), api))}`
    : message
}
