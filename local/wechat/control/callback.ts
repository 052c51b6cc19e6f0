/** The message push: its target, held-back events, and the result of each delivery. */
import type { Box } from '../box.ts'
import { callbackFormats, callbackModes } from '../callback-config.ts'
import type { Callbacks } from '../callbacks.ts'
import type { EventValue } from '../events.ts'
import { isFields } from '../json.ts'
import { ControlError, type Input } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'

const appNames = ['official', 'mini'] as const
const mostFailures = 1_000_000_000

/** Routes about callbacks. */
export const callbackRoutes: readonly ControlRoute[] = [
  { method: 'POST', path: '/callback', run: configure },
  { method: 'POST', path: '/callback/verify', run: verify },
  { method: 'POST', path: '/callback/mark-fail', run: markFail },
  { method: 'POST', path: '/callback/release', run: release },
  { method: 'POST', path: '/callback/send', run: send },
  { method: 'GET', path: '/callbacks', run: list },
  { method: 'DELETE', path: '/callbacks', run: ({ box, query }) => pushOf(box, query.get('app')).forget() },
]

/** The push of the app named in the body; the Official Account's by default. */
function chosen({ box, input }: { box: Box; input: Input }): Callbacks {
  return box.apps[input.choice('app', appNames) ?? 'official'].callbacks
}

function pushOf(box: Box, app: string | null): Callbacks {
  if (app === null || app === 'official') return box.apps.official.callbacks
  if (app === 'mini') return box.apps.mini.callbacks
  throw new ControlError('"app" must be official or mini')
}

function configure({ box, input }: ControlCall) {
  const push = chosen({ box, input })
  const change = readChange(input)
  if (change.format === 'json' && push === box.apps.official.callbacks) {
    throw new ControlError('an Official Account pushes XML only')
  }
  push.configure(change)
  return push.state()
}

function readChange(input: Input) {
  const url = readUrl(input.get('url'))
  const token = input.text('token')
  const aesKey = input.text('aesKey')
  if (token !== undefined && !/^[A-Za-z0-9]{3,32}$/.test(token)) {
    throw new ControlError('"token" must be 3 to 32 letters and digits')
  }
  if (aesKey !== undefined && !/^[A-Za-z0-9]{43}$/.test(aesKey)) {
    throw new ControlError('"aesKey" must be 43 letters and digits')
  }
  const given = {
    ...{ token, aesKey, hold: input.flag('hold') },
    ...{ markFailAfter: input.get('markFailAfter') === null ? null : input.integer('markFailAfter', mostFailures, 1) },
    ...{ mode: input.choice('mode', callbackModes), format: input.choice('format', callbackFormats) },
  }
  return { ...given, ...(input.has('url') && { url }) }
}

/** null switches the push off. */
function readUrl(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  const url = typeof value === 'string' ? URL.parse(value) : null
  if (url === null || !/^https?:$/.test(url.protocol)) throw new ControlError('"url" must be an http or https address')
  return url.href
}

/** For a minute nothing is pushed, as after many failures. */
function markFail(call: ControlCall) {
  const push = chosen(call)
  push.markFail()
  return push.state()
}

async function verify(call: ControlCall) {
  const answer = await chosen(call).verify()
  if (answer === undefined) throw new ControlError('no callback URL is set', 409)
  return { verified: answer.outcome === 'accepted', ...answer }
}

async function release(call: ControlCall) {
  const push = chosen(call)
  const released = await push.release(call.input.texts('order'))
  return { released, held: push.held().length }
}

/** Any event about a person, for events that no other route makes. */
function send({ box, input }: ControlCall) {
  const person = input.required('person', input.integer('person', box.people.size() - 1))
  const event = input.required('event', input.text('event', 64))
  const fields = readFields(input.get('fields') ?? {})
  const push = chosen({ box, input })
  const openid = push === box.apps.mini.callbacks ? box.people.miniOpenid(person) : box.people.openid(person)
  return { event: push.emit({ openid, event, fields }) }
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

function list({ box, query }: ControlCall) {
  const event = query.get('event')
  const push = pushOf(box, query.get('app'))
  const deliveries = push.deliveries().filter(entry => event === null || entry.event === event)
  return { held: push.held(), deliveries }
}
