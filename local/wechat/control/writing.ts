/** What people do in an Official Account's chat: write, tap its menu, and report where they are. */
import { createHash } from 'node:crypto'
import type { OfficialAccount } from '../app.ts'
import type { Box } from '../box.ts'
import { fieldsOfTap, sendsPictures, type Tap, tapEvents } from '../taps.ts'
import { fieldsOfMessage, type UserMessage, userMessageTypes } from '../user-messages.ts'
import { ControlError, type Input } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { officialNamed } from './which-app.ts'

/** The largest text; no page says how much a person may write. */
const longestText = 20_000
const mostPictures = 9

/** Routes about writing. */
export const writingRoutes: readonly ControlRoute[] = [
  { method: 'POST', path: '/people/:id/write', run: write },
  { method: 'POST', path: '/people/:id/tap', run: tap },
  { method: 'POST', path: '/people/:id/position', run: position },
]

function write(call: ControlCall) {
  const account = followed(call)
  return send(call, account, readMessage(call.input))
}

/** Taps that send pictures or a place write these as messages, too. */
function tap(call: ControlCall) {
  const account = followed(call)
  const done = readTap(call.input)
  const event = emit(account, call.person, { event: done.event, fields: fieldsOfTap(done) })
  return { event, messages: messagesOf(done).map(message => send(call, account, message)) }
}

/** An account that is allowed to know where its people are gets this when they open the chat. */
function position(call: ControlCall) {
  const account = followed(call)
  const { latitude, longitude } = readPlace(call.input)
  const precision = readNumber(call.input, 'precision', { most: 100_000, usual: 100 })
  const fields = { Latitude: latitude, Longitude: longitude, Precision: precision }
  return { event: emit(account, call.person, { event: 'LOCATION', fields }) }
}

/** The account of the call, whose chat only its followers have. */
function followed({ box, person, input }: ControlCall): OfficialAccount {
  const account = officialNamed(box, input.text('app'))
  if (account.followers.isFollowing(person)) return account
  throw new ControlError(`person ${person} does not follow "${account.name}", and so cannot write to it`, 409)
}

function send({ box, person }: { box: Box; person: number }, account: OfficialAccount, message: UserMessage) {
  const msgid = box.messages.nextMsgid()
  const { type, bizmsgmenuid: _, ...content } = message
  const fields = { ...fieldsOfMessage(message), MsgId: msgid }
  const event = emit(account, person, { event: type, isMessage: true, fields })
  const about = { app: account.name, person, openid: account.ids.openid(person), at: box.clock.now() }
  box.chats.add({ ...about, from: 'person', by: 'phone', type, msgid, event, ...content })
  return { event, msgid }
}

type News = Omit<Parameters<OfficialAccount['callbacks']['emit']>[0], 'openid'>

function emit({ ids, callbacks }: OfficialAccount, person: number, news: News): string {
  return callbacks.emit({ openid: ids.openid(person), ...news })
}

function readMessage(input: Input): UserMessage {
  const type = input.choice('type', userMessageTypes) ?? 'text'
  if (type === 'text') return readText(input)
  if (type === 'location') return { type, ...readPlace(input) }
  if (type === 'link') return { type, ...texts(input, { title: '链接', description: '', url: 'https://example.com/' }) }
  if (type === 'image') return { type, ...texts(input, picture(0)) }
  const media = texts(input, { mediaId: madeUpId(type) })
  if (type === 'voice') {
    const recognition = input.text('recognition')
    return { type, ...media, ...texts(input, { format: 'amr' }), ...(recognition !== undefined && { recognition }) }
  }
  return { type, ...media, ...texts(input, { thumbMediaId: madeUpId('thumb') }) }
}

function readText(input: Input): UserMessage {
  const content = input.required('content', input.text('content', longestText))
  const bizmsgmenuid = input.text('bizmsgmenuid', 64)
  return { type: 'text', content, ...(bizmsgmenuid !== undefined && { bizmsgmenuid }) }
}

function readTap(input: Input): Tap {
  const menuId = input.text('menuId', 64)
  return {
    event: input.choice('event', tapEvents) ?? 'CLICK',
    key: input.required('key', input.text('key', 1024)),
    ...(menuId !== undefined && { menuId }),
    ...texts(input, { scanType: 'qrcode', scanResult: '', poiname: '' }),
    pictures: input.integer('pictures', mostPictures, 1) ?? 1,
    ...readPlace(input),
  }
}

function messagesOf({ event, pictures, latitude, longitude, scale, label }: Tap): UserMessage[] {
  if (event === 'location_select') return [{ type: 'location', latitude, longitude, scale, label }]
  if (!sendsPictures(event)) return []
  return Array.from({ length: pictures }, (_, at) => ({ type: 'image', ...picture(at) }))
}

/** By default a place in Guangzhou, as in WeChat's own examples. */
function readPlace(input: Input) {
  return {
    latitude: readNumber(input, 'latitude', { most: 90, usual: 23.134521 }),
    longitude: readNumber(input, 'longitude', { most: 180, usual: 113.358803 }),
    scale: input.integer('scale', 30, 1) ?? 15,
    ...texts(input, { label: '' }),
  }
}

function readNumber(input: Input, name: string, { most, usual }: { most: number; usual: number }): number {
  const value = input.get(name)
  if (value === undefined) return usual
  if (typeof value === 'number' && Math.abs(value) <= most) return value
  throw new ControlError(`"${name}" must be a number from ${-most} to ${most}`)
}

/** Texts of the body, or what they are if missing. */
function texts<T extends Record<string, string>>(input: Input, usual: T): { [K in keyof T]: string } {
  const entries = Object.entries(usual).map(([name, text]) => [name, input.text(name) ?? text])
  return Object.fromEntries(entries)
}

function picture(number: number) {
  const picUrl = `http://mmbiz.qpic.cn/mmbiz_jpg/${madeUpId(`picture ${number}`)}/0`
  return { picUrl, mediaId: madeUpId(`image ${number}`) }
}

/** Looks like a media id; the box keeps no media. */
function madeUpId(what: string): string {
  return createHash('sha512').update(what).digest('base64url').slice(0, 64)
}
