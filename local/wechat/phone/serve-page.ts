/** The phone page: people's phones in a browser. */
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'

const page = readFileSync(new URL('./phone.html', import.meta.url))

const policy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "script-src 'unsafe-inline'",
  "connect-src 'self'",
  // These three do not follow default-src.
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Sends the page; it may load nothing from elsewhere. */
export function servePage(response: ServerResponse): void {
  response.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': page.length,
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  })
  response.end(page)
}
