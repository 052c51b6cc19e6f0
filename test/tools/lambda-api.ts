/** A stand-in for Lambda's API, which answers invocations as a test says. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

import { onTestFinished } from 'vitest'

export type Answer = {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
}

export type Invocation = {
  /** The function's. */
  readonly name: string
  readonly type: string
  readonly order: unknown
  readonly signature: string
}

/** What Lambda adds to the answer of a function that failed. */
export const failed = { headers: { 'x-amz-function-error': 'Unhandled' } }

/** What Lambda answers where it does not run the function. */
export function refusal(status: number, type: string): Answer {
  return { status, headers: { 'x-amzn-errortype': type }, body: {} }
}

/** Opens it until the test ends, and tells what is invoked. */
export async function openLambda(answer: (invocation: Invocation) => Answer) {
  const invocations: Invocation[] = []
  const server = createServer(async (request, response) => {
    const invocation = {
      name: request.url?.split('/')[3] ?? '',
      type: String(request.headers['x-amz-invocation-type']),
      order: await json(request),
      signature: request.headers.authorization ?? '',
    }
    invocations.push(invocation)
    const { status = 200, headers = {}, body } = answer(invocation)
    response.writeHead(status, headers).end(body && JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}`, invocations }
}
