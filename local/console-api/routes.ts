/** What the console answers, by path; the views are in lib/console/. */

import * as v from 'valibot'

import { ConsoleError } from '../../lib/console/errors.ts'
import { getEvents } from '../../lib/console/events.ts'
import { getPerson } from '../../lib/console/person.ts'
import type { ConsoleDeps } from '../../lib/console/ports.ts'
import { checkEvent, getTemplates, pushEvent } from '../../lib/console/push.ts'
import { getLetters, getQueues } from '../../lib/console/queues.ts'
import { getTimeline } from '../../lib/console/timeline.ts'
import { getWaits } from '../../lib/console/waits.ts'
import { deliveryStates, listedStates } from '../../lib/send/delivery.ts'
import { listDeliveries, parseListing } from '../../lib/send/list-deliveries.ts'

export type ApiDeps = ConsoleDeps & {
  /** Whether what changes the stage is allowed. */
  readonly isWriting: boolean
}
type Query = Readonly<Record<string, string | undefined>>
type Route = (deps: ApiDeps, query: Query, rest: string) => Promise<object>

/** Ids of people are shown whole only to whoever asks for them each time. */
const isOpen = ({ show }: Query) => show === 'ids'
const without = ({ show: _, token: __, ...query }: Query) => query

const reads: Readonly<Record<string, Route>> = {
  stage: async ({ stage, apps, isWriting, ...deps }) => ({
    stage,
    isWriting,
    officials: apps.officials.map(it => it.name),
    minis: apps.minis.map(it => it.name),
    states: deps.history === undefined ? listedStates : [...deliveryStates, 'pushed', 'received'],
    isWatched: deps.history !== undefined,
    queue: deps.queue,
  }),
  events: (deps, query, id) => (id === '' ? getEvents(without(query), deps) : getTimeline(id, deps)),
  templates: async deps => getTemplates(deps),
  areas: async ({ history }) => ({ areas: history?.areas() ?? [] }),
  deliveries: (deps, query, id) =>
    id === '' ? listDeliveries(parseListing(without(query)), deps) : getTimeline(id, deps),
  waits: deps => getWaits(deps),
  queues: async deps => ({ queues: await getQueues(deps) }),
  letters: (deps, query) => getLetters(query.queue, isOpen(query), deps),
  person: (deps, query) => getPerson(without(query), isOpen(query), deps),
  sync: ({ functions, ...deps }, { app }) => functions.sync(knownApp(app, deps)),
  quota: ({ functions, ...deps }, { app }) => functions.quota(knownApp(app, deps)),
  doctor: ({ functions }) => functions.doctor(),
}

const mostLetters = 100
const redriveOrder = v.strictObject({
  queue: v.picklist(['events-dlq', 'events-review']),
  ids: v.pipe(v.array(v.pipe(v.string(), v.maxLength(128))), v.minLength(1), v.maxLength(mostLetters)),
  evenInDoubt: v.optional(v.boolean(), false),
})
const reopenOrder = v.strictObject({ app: v.optional(v.string()) })

/** Questions that have a body; they change nothing. */
const asks: Readonly<Record<string, (deps: ApiDeps, body: string) => object>> = {
  'events/check': (deps, body) => checkEvent(body, deps),
}

const writes: Readonly<Record<string, (deps: ApiDeps, body: string) => Promise<object>>> = {
  events: (deps, body) => pushEvent(body, deps),
  redrive({ letters }, body) {
    const { queue, ids, evenInDoubt } = parse(redriveOrder, body)
    if (queue === 'events-review' && !evenInDoubt)
      throw new ConsoleError(
        'in-doubt',
        409,
        'These may have been sent: evenInDoubt sends each under a new id, perhaps a second time.',
      )
    return letters.redrive({ queue, ids: new Set(ids), evenInDoubt })
  },
  'quota/reopen': ({ functions, ...deps }, body) => functions.reopen(knownApp(parse(reopenOrder, body).app, deps)),
}

export type ApiRequest = { readonly method: string; readonly url: URL; readonly body: string }

/** Answers a request below `/api/`; throws ConsoleError, or RequestError, for what cannot be answered. */
export async function answerApi({ method, url, body }: ApiRequest, deps: ApiDeps): Promise<object> {
  const path = url.pathname.slice('/api/'.length)
  if (method === 'POST') return write(path, body, deps)
  const [name = '', ...rest] = path.split('/')
  const isOfOne = ['deliveries', 'events'].includes(name) && rest.length === 1 && rest[0] !== ''
  const route = Object.hasOwn(reads, name) && (rest.length === 0 || isOfOne) ? reads[name] : undefined
  if (route === undefined) throw unknownRoute()
  return route(deps, Object.fromEntries(url.searchParams), decoded(rest[0] ?? ''))
}

async function write(path: string, body: string, deps: ApiDeps): Promise<object> {
  const ask = Object.hasOwn(asks, path) ? asks[path] : undefined
  if (ask !== undefined) return ask(deps, body)
  const route = Object.hasOwn(writes, path) ? writes[path] : undefined
  if (route === undefined) throw unknownRoute()
  if (!deps.isWriting) throw new ConsoleError('read-only', 403, 'This console only reads: start it with --write.')
  return route(deps, body)
}

function unknownRoute(): ConsoleError {
  return new ConsoleError('route-unknown', 404, 'The console has no such view.')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A lone % is no id either.
    return text
  }
}

function parse<T>(schema: v.GenericSchema<unknown, T>, body: unknown): T {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), body)
  if (read.success) return read.output
  throw new ConsoleError('body-invalid', 400, 'The body is not what this route takes: see docs/console.md.')
}

function knownApp(name: string | undefined, { apps }: Pick<ApiDeps, 'apps'>): string | undefined {
  if (name === undefined || apps.officials.some(it => it.name === name)) return name
  throw new ConsoleError('app-invalid', 400, `app is one of ${apps.officials.map(it => it.name).join(', ')}.`)
}
