/** The business event (DESIGN.md section 2): its one definition gives the type, the check and the JSON Schema file. */

import * as v from 'valibot'

import { eventIdPattern } from './delivery.ts'
import { RequestError } from './errors.ts'
import { type Address, isId } from './identifiers.ts'

const maxBodyBytes = 64 * 1024
const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,128}$/))
const text = v.pipe(v.string(), v.maxLength(2000))
const value = v.union([text, v.object({ value: text })])

const recipient = v.union([
  v.strictObject({ unionid: id }),
  v.strictObject({ miniOpenid: id }),
  v.strictObject({ openid: id }),
])

/** What a producer pushes; `docs/schema/event.json` is made from it. */
export const eventSchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(eventIdPattern)),
  to: recipient,
  template: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
  templateId: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/))),
  data: v.pipe(v.record(v.pipe(v.string(), v.regex(/^[A-Za-z_]{1,32}[0-9]{0,3}$/)), value), v.maxEntries(30)),
  page: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(1024))),
  url: v.optional(v.pipe(v.string(), v.maxLength(1024), v.regex(/^https?:\/\/[^\s]+$/))),
  expiresAt: v.optional(v.pipe(v.string(), v.isoTimestamp())),
})

/** One business event, checked; `expiresAt` in milliseconds. */
export type TemplateMessage = {
  readonly id: string
  readonly to: Address
  readonly templateId: string
  readonly data: Readonly<Record<string, string>>
  readonly page?: string
  readonly url?: string
  readonly expiresAt?: number
}

/** The templates of the project by name. */
export type TemplateList = Readonly<Record<string, { readonly templateId: string }>>

/** Reads an event; throws RequestError `event-invalid`, whose message names the field. */
export function parseTemplateMessage(body: string, templates: TemplateList): TemplateMessage {
  if (Buffer.byteLength(body) > maxBodyBytes) throw invalid(`larger than ${maxBodyBytes} bytes`)
  const event = checked(parseJson(body))
  const expiresAt = event.expiresAt === undefined ? undefined : Date.parse(event.expiresAt)
  return {
    id: event.id,
    to: addressOf(event.to),
    templateId: templateIdOf(event, templates),
    data: Object.fromEntries(Object.entries(event.data).map(([key, it]) => [key, textOf(it)])),
    ...(event.page === undefined ? {} : { page: event.page }),
    ...(event.url === undefined ? {} : { url: event.url }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
}

/** Finds the event's id in a body that failed its check, so that the rejection can be looked up by it. */
export function idOf(body: string): string | undefined {
  const found = v.safeParse(v.object({ id: eventSchema.entries.id }), silentJson(body))
  return found.success ? found.output.id : undefined
}

function parseJson(body: string): unknown {
  const parsed = silentJson(body)
  if (parsed === undefined) throw invalid('not JSON')
  return parsed
}

function silentJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // Whatever is wrong with it, it is not JSON, which is all the caller needs to know.
    return undefined
  }
}

function checked(input: unknown): v.InferOutput<typeof eventSchema> {
  const result = v.safeParse(eventSchema, input, { abortPipeEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const field = v.getDotPath(issue) ?? 'the event'
  throw invalid(field === 'to' ? 'to: exactly one of unionid, miniOpenid, openid' : `${field}: ${sentence(issue)}`)
}

/** valibot's own sentence without the received value: it may hold what must not be logged. */
function sentence(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === 'never') return 'not a field of an event'
  return issue.received === 'undefined' ? 'missing' : `expected ${issue.expected ?? 'something else'}`
}

function templateIdOf(event: v.InferOutput<typeof eventSchema>, templates: TemplateList): string {
  const { template, templateId } = event
  if ((template === undefined) === (templateId === undefined)) throw invalid('exactly one of template, templateId')
  if (templateId !== undefined) return templateId
  const found = Object.hasOwn(templates, template ?? '') ? templates[template ?? ''] : undefined
  if (found === undefined) throw invalid('template: not in the template list')
  return found.templateId
}

function addressOf(to: v.InferOutput<typeof recipient>): Address {
  if ('unionid' in to && isId(to.unionid)) return { unionid: to.unionid }
  if ('miniOpenid' in to && isId(to.miniOpenid)) return { miniOpenid: to.miniOpenid }
  if ('openid' in to && isId(to.openid)) return { openid: to.openid }
  throw invalid('to: exactly one of unionid, miniOpenid, openid')
}

function textOf(it: v.InferOutput<typeof value>): string {
  return typeof it === 'string' ? it : it.value
}

function invalid(what: string): RequestError {
  return new RequestError('event-invalid', 400, what)
}
