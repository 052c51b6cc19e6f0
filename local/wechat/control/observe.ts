/** Reading the state: messages, calls, phones, and the box as a whole. */
import type { Box } from '../box.ts'
import { renderLines } from '../render-lines.ts'
import { describePerson } from './describe-person.ts'
import { ControlError } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { appNamed, officialNamed } from './which-app.ts'

/** How others recognise the box. */
const name = 'queqiao-wechat'
/** Phones and messages that the phone page shows. */
const phoneLimit = 20
const mostPhones = 500
const messagesPerPhone = 5
const mostMessages = 100_000

/** Routes that change nothing, and the reset. */
export const observationRoutes: readonly ControlRoute[] = [
  { method: 'GET', path: '', run: describeBox },
  { method: 'GET', path: '/messages', run: messages },
  { method: 'GET', path: '/people/:id/messages', run: ({ box, person }) => box.messages.of(person, mostMessages) },
  { method: 'GET', path: '/chats', run: call => chat(call, app => call.box.chats.all(app)) },
  { method: 'GET', path: '/people/:id/chat', run: call => chat(call, app => call.box.chats.of(call.person, app)) },
  { method: 'GET', path: '/calls', run: calls },
  {
    method: 'GET',
    path: '/phones',
    run: ({ box, query }) => box.profiles.latest(phoneLimitOf(query)).map(person => phone(box, person)),
  },
  { method: 'POST', path: '/reset', run: reset },
]

/** Values of a single app are those of the first pair; `GET /_box/apps` has the others. */
function describeBox({ box }: ControlCall) {
  const { official, mini } = box.apps
  return {
    box: name,
    now: box.clock.now(),
    apps: Object.fromEntries(box.apps.all().map(app => [app.name, app.appid])),
    officialAccounts: box.apps.officialAccounts().length,
    people: box.people.size(),
    followers: official.followers.count(),
    phones: box.profiles.count(),
    messages: box.messages.count(),
    templates: official.templates.all(),
    mediaChecks: mini.mediaChecks.all().length,
    callback: official.callbacks.state(),
    miniCallback: mini.callbacks.state(),
    faults: box.faults.all(),
  }
}

function calls({ box }: ControlCall) {
  return { counts: box.calls.counts(box.apps.all().map(app => app.name)), recent: box.calls.recent() }
}

function phoneLimitOf(query: URLSearchParams): number {
  const text = query.get('limit') ?? String(phoneLimit)
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > mostPhones) throw new ControlError(`"limit" must be a whole number from 1 to ${mostPhones}`)
  return limit
}

/** The log of messages; `after` skips that many from the front, `limit` bounds the answer. */
function messages({ box, query }: ControlCall) {
  const after = wholeNumber(query.get('after') ?? '0')
  const limit = wholeNumber(query.get('limit') ?? String(mostMessages))
  return box.messages.all().slice(after, after + limit)
}

/** Chats in both directions, template messages too; of one app if it is named. */
function chat({ box, query }: ControlCall, read: (app: string | undefined) => readonly object[]) {
  const name = query.get('app')
  const app = name === null ? undefined : appNamed(box, name).name
  const after = wholeNumber(query.get('after') ?? '0')
  const limit = wholeNumber(query.get('limit') ?? String(mostMessages))
  return read(app).slice(after, after + limit)
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new ControlError('"after" and "limit" must be whole numbers')
  return Number(text)
}

function phone(box: Box, person: number) {
  const arrived = box.messages.of(person, messagesPerPhone).map(message => {
    const content = officialNamed(box, message.app).templates.get(message.templateId)?.content ?? ''
    return { ...message, lines: renderLines(content, message.data) }
  })
  return { ...describePerson(box, person), messages: arrived }
}

function reset(call: ControlCall) {
  call.reset()
  return { reset: true }
}
