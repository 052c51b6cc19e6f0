/** Answers of the console, each with what a browser may do with it. */

import type { ServerResponse } from 'node:http'

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  // These three do not follow default-src.
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const always = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  // The URL may have the token.
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/** Sets what holds for all answers, for one that somebody else begins; what they set themselves holds instead. */
export function setAlways(response: ServerResponse): void {
  for (const [name, value] of Object.entries(always)) response.setHeader(name, value)
}

/** Begins an answer; it may load nothing from elsewhere, and nobody else may load it. */
export function begin(response: ServerResponse, status: number, type: string): void {
  response.writeHead(status, { ...always, 'content-type': type })
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  begin(response, status, 'application/json; charset=utf-8')
  response.end(JSON.stringify(body))
}

export type Trouble = { readonly status: number; readonly code: string; readonly detail: string }

/** Sends why it could not be done. */
export function sendTrouble(response: ServerResponse, { status, code, detail }: Trouble): void {
  begin(response, status, 'application/problem+json; charset=utf-8')
  response.end(JSON.stringify({ type: 'about:blank', status, code, detail }))
}
