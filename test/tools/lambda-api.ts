/** A stand-in for Lambda's API, which answers invocations as a test says. */

import { json } from 'node:stream/consumers'

import { openServer } from '../../kit/listen.ts'
import { onAws, runTool } from './run-tool.ts'
import { untilEnd } from './session.ts'

export type Answer = {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
}

/** Of a function by its `name`. */
export type Invocation = {
  readonly name: string
  readonly type: string
  readonly order: unknown
  readonly signature: string
}

/** What Lambda answers of a function that failed. */
export function failure(errorMessage: string): Answer {
  return { headers: { 'x-amz-function-error': 'Unhandled' }, body: { errorMessage, trace: ['at x.ts'] } }
}

/** What Lambda answers where it does not run the function. */
export function refusal(status: number, type: string): Answer {
  return { status, headers: { 'x-amzn-errortype': type }, body: { Message: 'so it is' } }
}

/** Opens it until the test ends, and tells what is invoked. */
export async function openLambda(answer: (invocation: Invocation) => Answer) {
  const invocations: Invocation[] = []
  const { port, url, close } = await openServer(async (request, response) => {
    const invocation = {
      name: request.url?.split('/')[3] ?? '',
      type: String(request.headers['x-amz-invocation-type']),
      order: await json(request),
      signature: request.headers.authorization ?? '',
    }
    invocations.push(invocation)
    const { status = 200, headers = {}, body } = answer(invocation)
    response.writeHead(status, headers).end(body && JSON.stringify(body))
  })
  untilEnd.add(close)
  return { port, url, invocations }
}

/** Runs a verb beside it, for the stage `prod` in China. */
export async function runBeside(
  answer: (invocation: Invocation) => Answer,
  verb: string,
  more: readonly string[] = [],
) {
  const { url, invocations } = await openLambda(answer)
  const args = ['--stage', 'prod', '--region', 'cn-north-1', ...more]
  return { ...(await runTool(verb, args, onAws({ lambda: url }))), invocations }
}
