/** The message push: its target, held-back events, and the result of each delivery. */
import type { App } from '../app.ts'
import type { EventValue } from '../events.ts'
import { isFields } from '../json.ts'
import { readCallbackConfig } from './callback-input.ts'
import { ControlError } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { appNamed } from './which-app.ts'

const mostFailures = 1_000_000_000

/** Routes about callbacks. */
export const callbackRoutes: readonly ControlRoute[] = [
  { method: 'POST', path: '/callback', run: configure },
  { method: 'POST', path: '/callback/verify', run: verify },
  { method: 'POST', path: '/callback/mark-fail', run: markFail },
  { method: 'POST', path: '/callback/release', run: release },
  { method: 'POST', path: '/callback/send', run: send },
  { method: 'GET', path: '/callbacks', run: list },
  { method: 'DELETE', path: '/callbacks', run: call => askedFor(call).callbacks.forget() },
]

/** The app named in the body; the first Official Account by default. */
function chosen({ box, input }: ControlCall): App {
  return appNamed(box, input.text('app') ?? box.apps.official.name)
}

/** The app named in the query; the first Official Account by default. */
function askedFor({ box, query }: ControlCall): App {
  return appNamed(box, query.get('app') ?? box.apps.official.name)
}

function configure(call: ControlCall) {
  const { kind, callbacks } = chosen(call)
  const { input } = call
  const change = {
    ...readCallbackConfig(input),
    ...{ hold: input.flag('hold') },
    ...{ markFailAfter: input.get('markFailAfter') === null ? null : input.integer('markFailAfter', mostFailures, 1) },
  }
  if (change.format === 'json' && kind === 'official') throw new ControlError('an Official Account pushes XML only')
  callbacks.configure(change)
  return callbacks.state()
}

/** For a minute nothing is pushed, as after many failures. */
function markFail(call: ControlCall) {
  const { callbacks } = chosen(call)
  callbacks.markFail()
  return callbacks.state()
}

async function verify(call: ControlCall) {
  const answer = await chosen(call).callbacks.verify()
  if (answer === undefined) throw new ControlError('no callback URL is set', 409)
  return { verified: answer.outcome === 'accepted', ...answer }
}

async function release(call: ControlCall) {
  const { callbacks } = chosen(call)
  const released = await callbacks.release(call.input.texts('order'))
  return { released, held: callbacks.held().length }
}

/** Any event about a person, for events that no other route makes. */
function send(call: ControlCall) {
  const { box, input } = call
  const person = input.required('person', input.integer('person', box.people.size() - 1))
  const event = input.required('event', input.text('event', 64))
  const fields = readFields(input.get('fields') ?? {})
  const { ids, callbacks } = chosen(call)
  return { event: callbacks.emit({ openid: ids.openid(person), event, fields }) }
}

/** Texts and numbers, and objects and lists of them, as in real events. */
function readFields(value: unknown): Record<string, EventValue> {
  if (!isFields(value)) throw new ControlError('"fields" must map names to texts, numbers, objects or lists')
  const strange = Object.keys(value).find(name => !/^[A-Za-z]\w{0,63}$/.test(name))
  if (strange !== undefined) throw new ControlError(`"${strange}" cannot be the name of an XML element`)
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, readValue(entry)]))
}

function readValue(value: unknown): EventValue {
  if (typeof value === 'string' || typeof value === 'number') return value
  return Array.isArray(value) ? value.map(readValue) : readFields(value)
}

function list(call: ControlCall) {
  const event = call.query.get('event')
  const { callbacks } = askedFor(call)
  const deliveries = callbacks.deliveries().filter(entry => event === null || entry.event === event)
  return { held: callbacks.held(), deliveries }
}
