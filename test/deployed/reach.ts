/** AWS's own addresses, asked of the emulator: under the name that a form or an address was signed for. */

import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'

import type { Ministack } from './ministack.ts'

const awsName = /\.amazonaws\.com$/
const mostRedirects = 3

/** Makes a `fetch` that goes to the emulator for what has a name of AWS, and follows redirects there. */
export function createReach({ port }: Pick<Ministack, 'port'>): typeof fetch {
  async function follow(asked: Request, redirects: number): Promise<Response> {
    const isAws = awsName.test(new URL(asked.url).hostname)
    const answer = await (isAws ? ask(asked, port) : fetch(asked, { redirect: 'manual' }))
    const to = answer.headers.get('location')
    // S3 also says where something now is, with 201.
    if (to === null || answer.status < 300 || answer.status > 399) return answer
    if (redirects === mostRedirects) throw new Error(`${mostRedirects} redirects, and there are more`)
    await answer.body?.cancel()
    return follow(new Request(new URL(to, asked.url), { signal: asked.signal }), redirects + 1)
  }
  return async (target, init) => follow(new Request(target, init), 0)
}

async function ask(asked: Request, port: number): Promise<Response> {
  const { hostname, pathname, search } = new URL(asked.url)
  const body = Buffer.from(await asked.arrayBuffer())
  const headers = { ...Object.fromEntries(asked.headers), host: hostname, 'content-length': body.length }
  const options = { host: '127.0.0.1', port, servername: 'localhost', path: pathname + search, method: asked.method }
  const sent = request({ ...options, headers, signal: asked.signal })
  sent.end(body)
  const [answer]: IncomingMessage[] = await once(sent, 'response')
  if (answer === undefined) throw new Error('no answer')
  const chunks = await answer.toArray()
  const named = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, `${value}`])
  const isEmpty = answer.statusCode === 204 || answer.statusCode === 304
  return new Response(isEmpty ? null : Buffer.concat(chunks), { status: answer.statusCode ?? 0, headers: named })
}
