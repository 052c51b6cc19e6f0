/** The business event (DESIGN.md section 2): its one definition gives the type, the check and the JSON Schema file. */

import * as v from 'valibot'

import { eventIdPattern } from './delivery.ts'
import { RequestError } from './errors.ts'
import { type Address, isId } from './identifiers.ts'
import { sayIssue } from './say-issue.ts'

const maxBodyBytes = 64 * 1024
const isText = 'must be text'
const id = v.pipe(v.string(isText), v.regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be 1 to 128 of letters, digits, - and _'))
const text = v.pipe(v.string(), v.maxLength(2000))
const dataKey = v.pipe(v.string(), v.regex(/^[A-Za-z_]{1,32}[0-9]{0,3}$/, 'is no key of a template'))
const value = v.union([text, v.object({ value: text })], 'must be a text of at most 2000 characters, or {"value": "…"}')

const recipient = v.union(
  [v.strictObject({ unionid: id }), v.strictObject({ miniOpenid: id }), v.strictObject({ openid: id })],
  'must have exactly one of unionid, miniOpenid, openid',
)

/** What a producer pushes; `docs/schema/event.json` is made from it. */
export const eventSchema = v.strictObject(
  {
    id: v.pipe(v.string(isText), v.regex(eventIdPattern, 'must be 1 to 128 of letters, digits and . _ : @ = + -')),
    to: recipient,
    template: v.optional(v.pipe(v.string(isText), v.minLength(1, 'is empty'), v.maxLength(64, 'is too long'))),
    templateId: v.optional(v.pipe(v.string(isText), v.regex(/^[A-Za-z0-9_-]{1,64}$/, 'is no template id of WeChat'))),
    data: v.pipe(v.record(dataKey, value, 'must be an object'), v.maxEntries(30, 'has more than 30 keys')),
    page: v.optional(v.pipe(v.string(isText), v.minLength(1, 'is empty'), v.maxLength(1024, 'is too long'))),
    url: v.optional(
      v.pipe(
        v.string(isText),
        v.maxLength(1024, 'is too long'),
        v.regex(/^https?:\/\/[^\s]+$/, 'must begin with http:// or https://'),
      ),
    ),
    expiresAt: v.optional(v.pipe(v.string(isText), v.isoTimestamp('must be an instant such as 2026-11-22T12:00:00Z'))),
  },
  'must be an object',
)

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
  throw invalid(sayIssue(result.issues[0], 'an event'))
}

function templateIdOf(event: v.InferOutput<typeof eventSchema>, templates: TemplateList): string {
  const { template, templateId } = event
  if ((template === undefined) === (templateId === undefined)) throw invalid('exactly one of template, templateId')
  if (templateId !== undefined) return templateId
  const found = Object.hasOwn(templates, template ?? '') ? templates[template ?? ''] : undefined
  if (found === undefined) throw invalid('template is not in the list of this stage in templates.json')
  return found.templateId
}

function addressOf(to: v.InferOutput<typeof recipient>): Address {
  if ('unionid' in to && isId(to.unionid)) return { unionid: to.unionid }
  if ('miniOpenid' in to && isId(to.miniOpenid)) return { miniOpenid: to.miniOpenid }
  if ('openid' in to && isId(to.openid)) return { openid: to.openid }
  throw invalid('to must have exactly one of unionid, miniOpenid, openid')
}

function textOf(it: v.InferOutput<typeof value>): string {
  return typeof it === 'string' ? it : it.value
}

function invalid(what: string): RequestError {
  return new RequestError('event-invalid', 400, what)
}
