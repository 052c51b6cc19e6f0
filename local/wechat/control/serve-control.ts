/** The control API: everything under /_box, JSON in and out. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Box } from '../box.ts'
import { isFields, parseJson } from '../json.ts'
import { readBody } from '../read-body.ts'
import { splitTarget } from '../serve-api.ts'
import { appRoutes } from './apps.ts'
import { callbackRoutes } from './callback.ts'
import { directoryRoutes } from './directory.ts'
import { faultRoutes } from './faults.ts'
import { followingRoutes } from './following.ts'
import { ControlError, readInput } from './input.ts'
import { mediaCheckRoutes } from './media-checks.ts'
import { menuRoutes } from './menus.ts'
import { observationRoutes } from './observe.ts'
import { onePhoneRoutes } from './one-phone.ts'
import { peopleRoutes } from './people.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { ruleRoutes } from './rules.ts'
import { scanRoutes } from './scan.ts'
import { switchRoutes } from './switches.ts'
import { trafficRoutes } from './traffic.ts'
import { writingRoutes } from './writing.ts'

type World = { box: Box; reset: () => void }

const routes: readonly ControlRoute[] = [
  ...directoryRoutes,
  ...peopleRoutes,
  ...followingRoutes,
  ...writingRoutes,
  ...scanRoutes,
  ...observationRoutes,
  ...callbackRoutes,
  ...mediaCheckRoutes,
  ...menuRoutes,
  ...ruleRoutes,
  ...appRoutes,
  ...faultRoutes,
  ...onePhoneRoutes,
  ...switchRoutes,
  ...trafficRoutes,
]

/** Serves one call of the control API. */
export async function serveControl(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { path, search } = splitTarget(request.url ?? '')
    const body = await readJson(request)
    const found = find(request.method ?? '', path.slice('/_box'.length))
    const person = found.person === undefined ? -1 : knownPerson(world.box, found.person)
    const input = readInput(isFields(body) ? body : {})
    const call: ControlCall = { ...world, person, input, query: new URLSearchParams(search), body }
    reply(response, 200, await found.route.run(call))
    if (found.route.method !== 'GET') world.box.live.changed('people')
  } catch (error) {
    if (!(error instanceof ControlError)) throw error
    reply(response, error.status, { error: error.message })
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBody(request)
  if (bytes === 'too-large') throw new ControlError('the body is larger than 4 MB', 413)
  if (bytes === 'broken' || bytes.length === 0) return {}
  const body = parseJson(bytes)
  if (!isFields(body) && !Array.isArray(body)) throw new ControlError('the body is not a JSON object or list')
  return body
}

function find(method: string, path: string): { route: ControlRoute; person: string | undefined } {
  const there = routes.filter(route => matches(route.path, path))
  const route = there.find(candidate => candidate.method === method)
  if (route !== undefined) return { route, person: route.path.includes(':id') ? path.split('/')[2] : undefined }
  if (there.length > 0) throw new ControlError(`${method} is not known here; ${there[0]?.method} is`, 405)
  throw new ControlError(`the control API has no ${path}; GET /_box lists what it has`, 404)
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  return wanted.length === given.length && wanted.every((part, at) => part === given[at] || part === ':id')
}

function knownPerson(box: Box, text: string): number {
  const person = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(person < box.people.size())) throw new ControlError(`nobody here has the number "${text}"`, 404)
  return person
}

/** Answers in the control API's form. */
export function reply(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value ?? {})
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}
