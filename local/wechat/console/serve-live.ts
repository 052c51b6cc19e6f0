/** GET /_box/live: server-sent events, one for each notice of what changed. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Live } from '../live.ts'

/** More pages than anybody has open; each costs a connection. */
const mostListeners = 50
/** A page that does not read is dropped, or the box would keep its notices. */
const mostUnreadBytes = 64 * 1024
const heartbeatMs = 20_000

const headers = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
}

/** Keeps the answer open, and writes `{"topics": […]}` into it whenever something changed. */
export function serveLive(live: Live, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET') return void response.writeHead(405, { Allow: 'GET', 'Content-Length': 0 }).end()
  if (live.listeners() >= mostListeners) return void response.writeHead(503, { 'Content-Length': 0 }).end()
  const write = (text: string) => {
    if (response.writableLength > mostUnreadBytes) response.destroy()
    else response.write(text)
  }
  response.writeHead(200, headers)
  const stop = live.listen(topics => write(`data: ${JSON.stringify({ topics })}\n\n`))
  const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs)
  response.once('close', () => {
    stop()
    clearInterval(heartbeat)
  })
  // A page that comes back reads everything anew: it may have missed something.
  write('retry: 1000\ndata: {"topics": []}\n\n')
}
