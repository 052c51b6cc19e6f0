/** An HTTP server of a test, for answers that no good server gives. */

import { createServer, type IncomingMessage } from 'node:http'

import { listen } from '../listen.ts'

export type Reply = { status: number; body?: unknown; headers?: Record<string, string> }
type Handler = (request: IncomingMessage, url: string) => Reply | undefined | Promise<Reply | undefined>

/** Opens one that ends with the test; a handler that gives undefined never answers. */
export async function openServer(handle: Handler): Promise<string> {
  const server = createServer((request, response) => {
    const answer = (reply: Reply | undefined) => {
      if (reply === undefined) return
      const { status, body = {}, headers } = reply
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    // A caller who hangs up in the middle has nothing to be answered.
    Promise.resolve(handle(request, url)).then(answer, () => response.destroy())
  })
  const url = await listen(server)
  return url
}

/** An error as the API answers it. */
export function problem(status: number, code: string, more: object = {}): Reply {
  return { status, body: { type: 'about:blank', title: 'Error', status, detail: `about ${code}`, code, ...more } }
}
