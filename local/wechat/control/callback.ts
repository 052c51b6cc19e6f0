/** The message push: where it goes, what is held back, and what became of each delivery. */
import { callbackModes } from '../callback-config.ts'
import { ControlError, textMap } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'

/** Routes about callbacks. */
export const callbackRoutes: readonly ControlRoute[] = [
  { method: 'POST', path: '/callback', run: configure },
  { method: 'POST', path: '/callback/verify', run: verify },
  { method: 'POST', path: '/callback/release', run: release },
  { method: 'POST', path: '/callback/send', run: send },
  { method: 'GET', path: '/callbacks', run: list },
  { method: 'DELETE', path: '/callbacks', run: ({ box }) => box.callbacks.forget() },
]

function configure({ box, input }: ControlCall) {
  const url = readUrl(input.get('url'))
  const token = input.text('token')
  const aesKey = input.text('aesKey')
  const mode = input.choice('mode', callbackModes)
  const hold = input.flag('hold')
  if (token !== undefined && !/^[A-Za-z0-9]{3,32}$/.test(token)) {
    throw new ControlError('"token" must be 3 to 32 letters and digits')
  }
  if (aesKey !== undefined && !/^[A-Za-z0-9]{43}$/.test(aesKey)) {
    throw new ControlError('"aesKey" must be 43 letters and digits')
  }
  box.callbacks.configure({
    ...(input.has('url') && { url }),
    ...(token !== undefined && { token }),
    ...(aesKey !== undefined && { aesKey }),
    ...(mode !== undefined && { mode }),
    ...(hold !== undefined && { hold }),
  })
  return box.callbacks.state()
}

/** null switches the push off. */
function readUrl(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  const url = typeof value === 'string' ? URL.parse(value) : null
  if (url === null || !/^https?:$/.test(url.protocol)) throw new ControlError('"url" must be an http or https address')
  return url.href
}

async function verify({ box }: ControlCall) {
  const answer = await box.callbacks.verify()
  if (answer === undefined) throw new ControlError('no callback URL is set', 409)
  return { verified: answer.outcome === 'accepted', ...answer }
}

async function release({ box, input }: ControlCall) {
  const released = await box.callbacks.release(input.texts('order'))
  return { released, held: box.callbacks.held().length }
}

/** Any event about a person, for what no other route makes. */
function send({ box, input }: ControlCall) {
  const person = input.required('person', input.integer('person', box.people.size() - 1))
  const event = input.required('event', input.text('event', 64))
  const fields = textMap(input.get('fields') ?? {}, 'fields')
  const strange = Object.keys(fields).find(name => !/^[A-Za-z]\w{0,63}$/.test(name))
  if (strange !== undefined) throw new ControlError(`"${strange}" cannot be the name of an XML element`)
  return { event: box.callbacks.emit({ openid: box.people.openid(person), event, fields }) }
}

function list({ box, query }: ControlCall) {
  const event = query.get('event')
  const deliveries = box.callbacks.deliveries().filter(entry => event === null || entry.event === event)
  return { held: box.callbacks.held(), deliveries }
}
