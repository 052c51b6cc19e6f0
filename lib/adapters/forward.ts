/** Calls servers behind us, as WeChat does. An address inside a network is refused, whatever the host's name resolves to. */

import { lookup as resolve } from 'node:dns'
import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'

import { ForwardError, type Handshake, hopsHeader, type Post } from '../callback/ports.ts'
import { type ForwardNetwork, isAllowed, isCallable } from './forward-network.ts'

/** WeChat takes 2 KB of text; news are some KB. */
const maxAnswerBytes = 256 * 1024

/** Creates the poster. A connection serves one push: a kept one may be dead after a container slept, and a push has one try. */
export function createPost(network: ForwardNetwork): Post {
  return (url, { query, body, hops }, limitMs) => {
    const headers = { ...headersOfPush(body), [hopsHeader]: `${hops}` }
    return call({ url, query, network, limitMs }, { method: 'POST', headers, body })
  }
}

/** Creates who asks for the handshake of WeChat's console. */
export function createHandshake(network: ForwardNetwork): Handshake {
  return (url, query, limitMs) => call({ url, query, network, limitMs }, { method: 'GET', headers, body: '' })
}

type Query = Readonly<Record<string, string>>
type Asked = { readonly url: string; readonly query: Query; readonly network: ForwardNetwork; readonly limitMs: number }
type Sent = {
  readonly method: string
  readonly headers: Readonly<Record<string, string | number>>
  readonly body: string
}

async function call({ url, query, network, limitMs }: Asked, { method, headers, body }: Sent): Promise<string> {
  const target = targetOf(url, query, network)
  // A timer of no length may still let the call out.
  if (limitMs <= 0) throw new ForwardError('timeout')
  const limit = AbortSignal.timeout(limitMs)
  try {
    return await exchange(target, body, { method, headers, agent: false, lookup: guarded(network), signal: limit })
  } catch (error) {
    throw failureOf(error, limit)
  }
}

function targetOf(url: string, query: Query, network: ForwardNetwork): URL {
  if (!URL.canParse(url)) throw new ForwardError('address')
  const target = new URL(url)
  for (const [name, value] of Object.entries(query)) target.searchParams.append(name, value)
  if (!isCallable(target, network)) throw new ForwardError('address')
  return target
}

function failureOf(error: unknown, limit: AbortSignal): ForwardError {
  if (error instanceof ForwardError) return error
  if (limit.aborted) return new ForwardError('timeout')
  return new ForwardError(error instanceof AddressRefused ? 'address' : 'unreachable')
}

/** Those that WeChat sends. */
const headers = { accept: '*/*', 'user-agent': 'Mozilla/4.0', pragma: 'no-cache' }

function headersOfPush(body: string) {
  const type = body.trimStart().startsWith('{') ? 'application/json' : 'text/xml'
  return { ...headers, 'content-type': type, 'content-length': Buffer.byteLength(body) }
}

function exchange(target: URL, body: string, options: RequestOptions): Promise<string> {
  return new Promise((done, fail) => {
    const send = target.protocol === 'https:' ? tlsRequest : plainRequest
    const sent = send(target, options, answer => {
      readAnswer(answer)
        .then(done, fail)
        .finally(() => sent.destroy())
    })
    sent.on('error', fail)
    sent.end(body)
  })
}

async function readAnswer(answer: IncomingMessage): Promise<string> {
  // WeChat follows no redirects either.
  if (answer.statusCode !== 200) throw new ForwardError('status', answer.statusCode)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer) {
    bytes += chunk.length
    if (bytes > maxAnswerBytes) throw new ForwardError('too-large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

class AddressRefused extends Error {
  readonly code = 'EADDRESSREFUSED'
}

/** Resolves a host, and refuses it if any of its addresses is not allowed: checked where the connection is made, it cannot change. */
function guarded(network: ForwardNetwork): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, '')
      if (!addresses.every(it => isAllowed(it.address, network))) return done(new AddressRefused('refused'), '')
      const [first] = addresses
      if (options.all) return done(null, addresses)
      return done(null, first?.address ?? '', first?.family)
    })
  }
}
