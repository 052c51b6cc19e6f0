/** The rules of the box: time, limits, allow-lists, templates, pages, tokens. */
import { problemOfEntry } from '../allow-list.ts'
import { duplicates } from '../app.ts'
import { isFields } from '../json.ts'
import { type TemplateSetting, templateIdLength } from '../templates.ts'
import { ControlError, isTexts, readInput, textMap } from './input.ts'
import type { ControlCall, ControlRoute } from './route.ts'
import { appOf, miniNamed, officialNamed } from './which-app.ts'

/** Ten years: enough for every test, and dates stay valid. */
const farthestMs = 315_360_000_000
const lastInstantMs = 4_102_444_800_000

/** Routes that set rules. */
export const ruleRoutes: readonly ControlRoute[] = [
  { method: 'GET', path: '/clock', run: readClock },
  { method: 'POST', path: '/clock', run: moveClock },
  { method: 'POST', path: '/quota', run: adjustQuota },
  { method: 'POST', path: '/allow-list', run: setAllowList },
  { method: 'POST', path: '/templates', run: changeTemplates },
  { method: 'POST', path: '/pages', run: setPages },
  { method: 'POST', path: '/tokens/revoke', run: revokeTokens },
]

function readClock({ box }: Pick<ControlCall, 'box'>) {
  return { now: box.clock.now(), iso: new Date(box.clock.now()).toISOString() }
}

function moveClock({ box, input }: ControlCall) {
  const advance = input.integer('advance', farthestMs, -farthestMs)
  const instant = input.integer('set', lastInstantMs)
  if (instant !== undefined) box.clock.set(instant)
  if (advance !== undefined) box.clock.advance(advance)
  return readClock({ box })
}

function adjustQuota({ box, input }: ControlCall) {
  const path = input.required('path', input.text('path'))
  const most = Number.MAX_SAFE_INTEGER
  const [day, minute, used] = [input.integer('day', most), input.integer('minute', most), input.integer('used', most)]
  return box.quota.adjust(appOf(box, input).name, path, {
    ...(day !== undefined && { day }),
    ...(minute !== undefined && { minute }),
    ...(used !== undefined && { used }),
  })
}

function setAllowList({ box, input }: ControlCall) {
  const { name, kind, allowList } = appOf(box, input)
  const addresses = input.get('addresses') === null ? null : input.texts('addresses')
  const problem = addresses?.map(entry => problemOfEntry(entry, kind === 'mini')).find(found => found !== undefined)
  if (problem !== undefined) throw new ControlError(problem)
  if (kind === 'mini' && (addresses?.length ?? 0) > 10) throw new ControlError('a mini program has at most 10 entries')
  if (addresses !== undefined) allowList.set(addresses)
  const businessCalls = input.flag('businessCalls')
  if (businessCalls !== undefined) allowList.setBusinessCalls(businessCalls)
  return { app: name, addresses, businessCalls }
}

function changeTemplates({ box, input }: ControlCall) {
  const { templates, rules } = officialNamed(box, input.text('app'))
  const added = (listOf(input.get('add'), 'add') ?? []).map(readTemplate)
  const removed = input.texts('remove') ?? []
  const [values, duplicate] = [input.flag('enforceValues'), input.choice('duplicates', duplicates)]
  for (const templateId of removed) templates.remove(templateId)
  for (const template of added) templates.add(template)
  rules.values = values ?? rules.values
  rules.duplicate = duplicate ?? rules.duplicate
  return { templates: templates.all(), enforceValues: rules.values, duplicates: rules.duplicate }
}

/** Pages of a mini program's released version; null accepts every page again. */
function setPages({ box, input }: ControlCall) {
  const mini = miniNamed(box, input.text('app'))
  const pages = input.get('pages') === null ? undefined : input.required('pages', input.texts('pages'))
  mini.pages = pages === undefined ? undefined : new Set(pages.map(page => page.replace(/^\//, '')))
  return { pages: pages ?? null }
}

function revokeTokens({ box, input }: ControlCall) {
  const { name, tokens } = appOf(box, input)
  tokens.revoke(input.flag('keepStable') ?? false)
  return { app: name, revoked: true }
}

function listOf(value: unknown, name: string): unknown[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw new ControlError(`"${name}" must be a list`)
  return value
}

function readTemplate(value: unknown): TemplateSetting {
  const input = readInput(isFields(value) ? value : {})
  const templateId = input.required('templateId', input.text('templateId', templateIdLength))
  if (templateId.length !== templateIdLength)
    throw new ControlError(`"templateId" must have ${templateIdLength} characters`)
  const content = input.text('content')
  const approved = Object.entries(input.has('approved') ? objectOf(input.get('approved')) : {}).map(readApproved)
  return {
    templateId,
    title: input.text('title', 64) ?? '',
    ...(content === undefined ? { fields: textMap(input.get('fields') ?? {}, 'fields') } : { content }),
    approved: Object.fromEntries(approved),
    banned: input.flag('banned') ?? false,
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  if (!isFields(value)) throw new ControlError('"approved" must map keys to lists of values')
  return value
}

function readApproved([key, values]: [string, unknown]): [string, string[]] {
  if (!isTexts(values)) throw new ControlError(`"approved.${key}" must be a list of texts`)
  return [key, values]
}
