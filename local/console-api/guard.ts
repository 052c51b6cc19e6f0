/** Who may ask: nobody but the page that this server serves, on this machine or with the token. */

import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export type Guard = {
  /** The authorities by which this server is reached: `127.0.0.1:3200`. */
  readonly hosts: readonly string[]
  /** What whoever is not on this machine must show; absent on loopback. */
  readonly token?: string
}

export type Refusal = { readonly status: number; readonly code: string; readonly detail: string }
type Headers = IncomingMessage['headers']
type Request = { readonly method: string; readonly headers: Headers; readonly url: URL }

/** Where the token is kept once its URL was opened; another port of the host is another console. */
export const cookieOf = ({ hosts }: Guard) => `queqiao-console-${hosts[0]?.split(':').at(-1)}`

/** Tells why a request is refused; undefined if it is not. */
export function refuse(request: Request, guard: Guard): Refusal | undefined {
  const { method, headers } = request
  // A name that leads here by somebody's DNS is another host to the browser, and this one to us.
  if (!guard.hosts.includes(headers.host?.toLowerCase() ?? ''))
    return { status: 421, code: 'host-unknown', detail: `This console answers as ${guard.hosts.join(', ')} only.` }
  if (!isOwnPage(headers, guard))
    return { status: 403, code: 'cross-site', detail: 'Only the page of this console may ask it.' }
  if (!hasToken(request, guard))
    return { status: 401, code: 'token-missing', detail: 'Open the address that the terminal shows: it has a token.' }
  if (method !== 'GET' && method !== 'POST')
    return { status: 405, code: 'method-not-allowed', detail: 'The console takes GET and POST.' }
  // No form of another page can send it.
  if (method === 'POST' && headers['content-type']?.split(';')[0] !== 'application/json')
    return { status: 415, code: 'not-json', detail: 'A body is application/json.' }
  return undefined
}

function isOwnPage({ origin, 'sec-fetch-site': site = 'none' }: Headers, { hosts }: Guard): boolean {
  const isOwnOrigin = origin === undefined || hosts.some(it => origin === `http://${it}`)
  return isOwnOrigin && (site === 'same-origin' || site === 'none')
}

function hasToken({ headers, url }: Request, guard: Guard): boolean {
  const { token } = guard
  if (token === undefined) return true
  const name = `${cookieOf(guard)}=`
  const cookie = headers.cookie?.split(/; */).find(it => it.startsWith(name))
  const shown = [url.searchParams.get('token'), cookie?.slice(name.length), bearerOf(headers)]
  return shown.some(it => isSame(it ?? '', token))
}

function bearerOf({ authorization }: Headers): string | undefined {
  return /^Bearer (.+)$/.exec(authorization ?? '')?.[1]
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
