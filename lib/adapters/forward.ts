/** Posts pushes to servers behind us, as WeChat does. An address inside a network is refused, whatever the host's name resolves to. */

import { lookup as resolve } from 'node:dns'
import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'

import type { PushRequest } from '../callback/envelope.ts'
import { ForwardError, hopsHeader, type Post } from '../callback/ports.ts'
import { type ForwardNetwork, isAllowed, isCallable } from './forward-network.ts'

/** WeChat takes 2 KB of text; news are some KB. */
const maxAnswerBytes = 256 * 1024

/** Creates the poster. A connection serves one push: a kept one may be dead after a container slept, and a push has one try. */
export function createPost(network: ForwardNetwork): Post {
  return async (url, request, limitMs) => {
    const target = targetOf(url, request, network)
    // A timer of no length may still let the call out.
    if (limitMs <= 0) throw new ForwardError('timeout')
    const limit = AbortSignal.timeout(limitMs)
    try {
      return await exchange(target, request.body, { ...optionsOf(request, network), signal: limit })
    } catch (error) {
      throw failureOf(error, limit)
    }
  }
}

function targetOf(url: string, { query }: PushRequest, network: ForwardNetwork): URL {
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

/** The headers that WeChat sends, and ours. */
function optionsOf({ body, hops }: PushRequest, network: ForwardNetwork): RequestOptions {
  const headers = {
    accept: '*/*',
    'user-agent': 'Mozilla/4.0',
    pragma: 'no-cache',
    [hopsHeader]: `${hops}`,
    'content-type': body.trimStart().startsWith('{') ? 'application/json' : 'text/xml',
    'content-length': Buffer.byteLength(body),
  }
  return { method: 'POST', headers, agent: false, lookup: guarded(network) }
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
