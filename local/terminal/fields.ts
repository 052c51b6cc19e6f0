import * as v from 'valibot'
import { placeOf } from './place.ts'

export type Fields = Readonly<Record<string, unknown>>

const errorField = v.looseObject({
  name: v.optional(v.string(), 'Error'),
  message: v.optional(v.string(), ''),
  location: v.exactOptional(v.string()),
  stack: v.exactOptional(v.string()),
})

/** What says nothing to who reads along: the invocation and its messages have ids that nobody types. */
const ofEachLine = new Set(['service', 'sampling_rate', 'requestId', 'messageId', 'messageIds', 'xray_trace_id'])
const maxLength = 300

/** The fields in one line, as `app=mini reach=reachable`; an error with the place where it was thrown. */
export function plainFields(fields: Fields): string {
  const shown = Object.entries(fields).filter(([name, value]) => !ofEachLine.has(name) && value !== undefined)
  return shown.map(([name, value]) => `${name}=${name === 'error' ? errorOf(fields) : plain(value)}`).join(' ')
}

/** One field as text. */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name]
  return value === undefined ? '' : plain(value)
}

/** The error of a line: its message, and where it was thrown. */
export function errorOf({ error }: Fields): string {
  const read = v.safeParse(errorField, error)
  if (!read.success) return error === undefined ? 'it does not say why' : plain(error)
  const { name, message, ...from } = read.output
  const place = placeOf(from)
  return `${message === '' ? name : message}${place === undefined ? '' : ` (${place})`}`
}

/** One line without characters that would move the cursor, change colours or turn the direction of writing. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim()
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
