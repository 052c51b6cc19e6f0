/** Parses the business event of a template message: by its schema, and by the lists of templates and apps of its stage. */

import * as v from 'valibot'

import type { MiniProgram } from '../../apps.ts'
import { RequestError } from '../../errors.ts'
import { type Address, isId, type MiniAppId, type OfficialAppId } from '../../identifiers.ts'
import { leftOutKeys } from '../../left-out-keys.ts'
import { sayIssue } from '../../say-issue.ts'
import type { ValueCheck } from '../deps.ts'
import { silentJson } from '../event-id.ts'
import { readPage, wholeCharacters } from '../event-text.ts'
import { findTemplate, type Template, type TemplateList } from '../template-list.ts'
import { type CheckedValue, checkValue, isShown } from '../value-rules.ts'
import { type Event, eventSchema } from './event-schema.ts'
import type { Message, Rules } from './kind.ts'

const maxBodyBytes = 64 * 1024
const listAsData = v.object({ data: v.array(v.unknown()) })
/** The message would go out without them. */
const dataWithLeftOut = v.object({
  data: v.custom<object>(it => leftOutKeys.some(key => Object.hasOwn(Object(it), key))),
})

/** What holds where `TEST_ACCOUNT` is this. */
export function valueCheckOf(testAccount: string | undefined): ValueCheck {
  return testAccount === 'on' ? 'unchecked' : 'checked'
}

/** Reads an event; throws RequestError `event-invalid`, whose message names the field and repeats no value. */
export function parseTemplateMessage(body: string, { account, minis, values = 'checked' }: Rules): Message {
  if (Buffer.byteLength(body) > maxBodyBytes) throw invalid(`larger than ${maxBodyBytes} bytes`)
  const event = validated(parseJson(body))
  const template = templateOf(event, account.templates)
  const mini = miniOf(event, minis)
  return {
    id: event.id,
    official: account.app.appid,
    to: addressOf(event, account.app.appid, mini.appid),
    templateId: template.templateId,
    data: dataOf(event, template, values),
    doubt: template.doubt ?? 'never-twice',
    pageIsOptional: template.page === 'optional',
    urgent: template.urgent ?? false,
    ...(event.page === undefined ? {} : { page: { miniAppid: mini.appid, path: pageOf(event.page) } }),
    ...(event.url === undefined ? {} : { url: wholeCharacters(event.url) }),
    ...(event.expiresAt === undefined ? {} : { expiresAt: event.expiresAt }),
  }
}

function parseJson(body: string): unknown {
  const parsed = silentJson(body)
  if (parsed === undefined) throw invalid('not JSON')
  return parsed
}

function validated(input: unknown): Event {
  const result = v.safeParse(eventSchema, input, { abortPipeEarly: true })
  // A list passes as an object whose keys are numbers.
  if (v.is(listAsData, input)) throw invalid('data must be an object')
  if (v.is(dataWithLeftOut, input)) throw invalid(`data must have no key named ${leftOutKeys.join(', ')}`)
  if (result.success) return result.output
  throw invalid(sayIssue(result.issues[0], 'an event'))
}

/** What is known of an event's template; of one that is in no list, the id alone. */
function templateOf({ template, templateId }: Event, templates: TemplateList): Unlisted | Template {
  if ((template === undefined) === (templateId === undefined)) throw invalid('exactly one of template, templateId')
  if (templateId !== undefined) {
    return findTemplate(templates, templateId)?.[1] ?? { templateId }
  }
  const found = Object.hasOwn(templates, template ?? '') ? templates[template ?? ''] : undefined
  if (found === undefined) throw invalid('template is not in the list of this stage and account in templates.json')
  return found
}

type Unlisted = Pick<Template, 'templateId'> & Partial<Template>

/** The values to send; throws for all that WeChat would refuse. */
function dataOf({ data }: Event, template: Unlisted, values: ValueCheck): Record<string, string> {
  const missing = Object.keys(template.fields ?? {}).filter(key => isShown(key) && !Object.hasOwn(data, key))
  const checkValueOf = (key: string, value: string) =>
    values === 'checked' ? checkedIn(template, key, value) : { value }
  const checkedValues = Object.entries(data).map(([key, it]) => [key, checkValueOf(key, textOf(it))] as const)
  const problems = checkedValues.flatMap(([, it]) => ('problem' in it ? it.problem : []))
  const all = [...missing.map(key => `${key} is missing`), ...problems].map(it => `data.${it}`)
  if (all.length > 0) throw invalid(all.join('; '))
  return Object.fromEntries(checkedValues.flatMap(([key, it]) => ('value' in it ? [[key, it.value]] : [])))
}

/** A key that a listed template lacks goes through as it is: WeChat takes no notice of it. */
function checkedIn({ fields, values, approved }: Unlisted, key: string, value: string): CheckedValue {
  if (fields !== undefined && !Object.hasOwn(fields, key)) return { value }
  return checkValue(key, value, { policy: values?.[key], approved: approved?.[key] })
}

function miniOf({ mini: name }: Event, minis: readonly MiniProgram[]): MiniProgram {
  const mini = name === undefined ? minis[0] : minis.find(it => it.name === name)
  if (mini === undefined) throw invalid('mini is no mini program of this stage')
  return mini
}

function addressOf({ to, from }: Event, official: OfficialAppId, mini: MiniAppId): Address {
  if ('unionid' in to && isId(to.unionid)) return { unionid: to.unionid }
  if ('miniOpenid' in to && isId(to.miniOpenid)) return { mini, miniOpenid: to.miniOpenid }
  if ('openid' in to && from === 'any') throw invalid('to.openid is of one Official Account: from must name it')
  if ('openid' in to && isId(to.openid)) return { official, openid: to.openid }
  throw invalid('to must have exactly one of unionid, miniOpenid, openid')
}

function textOf(it: Event['data'][string]): string {
  return wholeCharacters(typeof it === 'string' ? it : it.value)
}

function pageOf(text: string): string {
  const read = readPage(text)
  if ('problem' in read) throw invalid(read.problem)
  return read.page
}

function invalid(what: string): RequestError {
  return new RequestError('event-invalid', 400, what)
}
