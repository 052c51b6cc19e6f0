/** The console's API and page for a server of Node's: guarded, and mounted by whoever has opened what it looks at. */

import type { IncomingMessage, ServerResponse } from 'node:http'

import { ConsoleError } from '../../lib/console/errors.ts'
import { getQueues } from '../../lib/console/queues.ts'
import { RequestError } from '../../lib/errors.ts'
import { listedStates } from '../../lib/send/delivery.ts'
import { begin, sendJson, sendTrouble, setAlways, type Trouble } from './answer.ts'
import { cookieOf, type Guard, refuse } from './guard.ts'
import { createLive } from './live.ts'
import { type ApiDeps, answerApi } from './routes.ts'

export type ConsoleOptions = {
  /** Absent where the server that mounts it has judged the request. */
  readonly guard?: Guard
  /** Sends the page, or one of its files. */
  readonly page?: (path: string, response: ServerResponse) => void
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

/** Creates the console; for each request it takes what it looks at anew, with the apps and templates as they are then. */
export function createConsole(depsOf: () => ApiDeps, options: ConsoleOptions): Console {
  const words = (error: unknown) => options.explain(error) ?? 'The console failed; the terminal says more.'
  const events = async ({ history, list } = depsOf()) => history?.revision() ?? list.page({ states: listedStates })
  const lists = async ({ apps, templates } = depsOf()) => [apps, [...templates()]]
  const live = createLive({ events, queues: () => getQueues(depsOf()), lists }, words)

  async function answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { method = 'GET', headers } = request
    const refusal = options.guard && refuse({ method, headers, url }, options.guard)
    if (refusal !== undefined) return sendTrouble(response, refusal)
    keepToken(response, url, options.guard)
    const { pathname } = url
    if (!pathname.startsWith('/api/')) return answerFile(request, response, { path: pathname, page: options.page })
    if (pathname === '/api/live' && method === 'GET') return listen(response)
    sendJson(response, 200, await answerApi({ method, url, body: await readBody(request) }, depsOf()))
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

/** The page learns here what is behind it: the box alone has a file in this place. */
const partsPath = '/console/parts.js'

/** Whether a request is for this console; all else is for the server that mounts it. */
export function isOfConsole(path: string): boolean {
  return path.startsWith('/api/') || path === partsPath
}

function answerParts(response: ServerResponse, hasBox: boolean): void {
  begin(response, 200, 'text/javascript; charset=utf-8')
  response.end(`export const parts = ${JSON.stringify(hasBox ? ['box', 'stage'] : ['stage'])}\n`)
}

type File = { readonly path: string; readonly page: ConsoleOptions['page'] }

/** What the page is made of, but for what the box serves where it mounts this. */
function answerFile({ method = 'GET' }: IncomingMessage, response: ServerResponse, { path, page }: File): void {
  if (method === 'GET' && path === partsPath) answerParts(response, page === undefined)
  else if (page === undefined || method !== 'GET') sendTrouble(response, noPage)
  else {
    setAlways(response)
    page(path, response)
  }
}

function troubleOf(error: unknown, words: string | undefined): Trouble {
  if (error instanceof ConsoleError || error instanceof RequestError)
    return { status: error.status, code: error.code, detail: error.message }
  if (words !== undefined) return { status: 502, code: 'stage-not-asked', detail: words }
  return { status: 500, code: 'internal', detail: 'The console failed; the terminal says more.' }
}

/** Once the URL with the token was opened, the page asks with a cookie. */
function keepToken(response: ServerResponse, url: URL, guard: Guard | undefined): void {
  if (guard?.token === undefined || !url.searchParams.has('token')) return
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
