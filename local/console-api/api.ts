/** The console's API and page for a server of Node's: guarded, and mounted by whoever has opened what it looks at. */

import type { IncomingMessage, ServerResponse } from 'node:http'

import { ConsoleError } from '../../lib/console/errors.ts'
import { getQueues } from '../../lib/console/queues.ts'
import { RequestError } from '../../lib/errors.ts'
import { listedStates } from '../../lib/send/delivery.ts'
import { begin, sendJson, sendTrouble, type Trouble } from './answer.ts'
import { cookieOf, type Guard, refuse } from './guard.ts'
import { createLive } from './live.ts'
import { type ApiDeps, answerApi } from './routes.ts'
import { serveFile } from './static-files.ts'

export type ConsoleOptions = {
  readonly guard: Guard
  /** The folder of the page. */
  readonly page: URL
  /** Words for a failure that may be shown; undefined for what nobody expected. */
  readonly explain: (error: unknown) => string | undefined
}

export type Console = {
  readonly serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  /** Looks once for what changed, if somebody listens. */
  readonly look: () => Promise<void>
  readonly close: () => void
}

const mostBytes = 64 * 1024

/** Creates the console. */
export function createConsole(deps: ApiDeps, options: ConsoleOptions): Console {
  const words = (error: unknown) => options.explain(error) ?? 'The console failed; the terminal says more.'
  const views = { deliveries: () => deps.list.page({ states: listedStates }), queues: () => getQueues(deps) }
  const live = createLive(views, words)

  async function answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { method = 'GET', headers } = request
    const refusal = refuse({ method, headers, url }, options.guard)
    if (refusal !== undefined) return sendTrouble(response, refusal)
    keepToken(response, url, options.guard)
    const { pathname } = url
    if (pathname === '/api/live' && method === 'GET') return listen(response)
    if (!pathname.startsWith('/api/')) return answerPage(response, method === 'GET' ? pathname : '', options.page)
    sendJson(response, 200, await answerApi({ method, url, body: await readBody(request) }, deps))
  }

  function listen(response: ServerResponse): void {
    if (!live.listen(response)) sendTrouble(response, tooMany)
  }

  return {
    async serve(request, response) {
      try {
        await answer(request, response, new URL(request.url ?? '/', 'http://console'))
      } catch (error) {
        if (response.headersSent) response.destroy()
        else sendTrouble(response, troubleOf(error, options.explain(error)))
      }
    },
    look: live.look,
    close: live.close,
  }
}

const tooMany = { status: 503, code: 'too-many-listeners', detail: 'Too many pages listen: close some.' }
const noPage = { status: 404, code: 'page-unknown', detail: 'There is no such page.' }

async function answerPage(response: ServerResponse, path: string, folder: URL): Promise<void> {
  if (await serveFile(response, folder, path)) return
  if (path !== '/') return sendTrouble(response, noPage)
  begin(response, 200, 'text/plain; charset=utf-8')
  response.end('The console: its views are below /api/, and docs/console.md lists them.\n')
}

function troubleOf(error: unknown, words: string | undefined): Trouble {
  if (error instanceof ConsoleError || error instanceof RequestError)
    return { status: error.status, code: error.code, detail: error.message }
  if (words !== undefined) return { status: 502, code: 'stage-not-asked', detail: words }
  return { status: 500, code: 'internal', detail: 'The console failed; the terminal says more.' }
}

/** Once the URL with the token was opened, the page asks with a cookie. */
function keepToken(response: ServerResponse, url: URL, guard: Guard): void {
  if (guard.token === undefined || !url.searchParams.has('token')) return
  response.setHeader('set-cookie', `${cookieOf(guard)}=${guard.token}; HttpOnly; SameSite=Strict; Path=/`)
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    size += part.length
    if (size > mostBytes) throw new ConsoleError('body-too-large', 413, `A body has at most ${mostBytes} bytes.`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}
