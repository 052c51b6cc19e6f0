/** What the form for pushing an event is made of, what is wrong with an event before it is pushed, and the push. */

import type { AppName } from '../apps.ts'
import { idOf, silentJson, templateOf } from '../send/event-id.ts'
import { problemOf } from '../send/parse.ts'
import { findTemplate, type Template, type TemplateList } from '../send/template-list.ts'
import { checkValue, ruleInWords } from '../send/value-rules.ts'
import { ConsoleError } from './errors.ts'
import type { ConsoleDeps } from './ports.ts'

type Deps = Pick<ConsoleDeps, 'templates' | 'apps' | 'values' | 'events' | 'history'>

/** A field of the form: `label` is the word that the phone shows, `rule` what its value must do. */
type FormField = {
  readonly key: string
  readonly label: string
  readonly rule?: string
  readonly approved?: readonly string[]
  readonly isTrimmed?: true
}
export type FormTemplate = {
  readonly account: AppName
  readonly name: string
  readonly title: string
  readonly fields: readonly FormField[]
}

/** Tells the templates of all accounts. */
export function getTemplates({ templates }: Pick<Deps, 'templates'>): { readonly templates: readonly FormTemplate[] } {
  const lists = [...templates()]
  return {
    templates: lists.flatMap(([account, list]) =>
      Object.entries(list).map(([name, it]) => ({ account, name, title: it.title, fields: fieldsOf(it) })),
    ),
  }
}

function fieldsOf({ fields, values = {}, approved = {} }: Template): FormField[] {
  return Object.entries(fields).map(([key, label]) => {
    const rule = ruleInWords(key)
    return {
      ...{ key, label },
      ...(rule === undefined ? {} : { rule }),
      ...(approved[key] === undefined ? {} : { approved: approved[key] }),
      ...(values[key] === 'trim' ? { isTrimmed: true as const } : {}),
    }
  })
}

/** `problem` is why the sender would reject it; `fields` what is wrong with its values, by their keys. */
export type Checked = { readonly problem?: string; readonly fields: Readonly<Record<string, string>> }

/** Says what is wrong with an event, by the rules that the sender will hold it to. */
export function checkEvent(body: string, deps: Deps): Checked {
  const problem = problemOf(body, stageOf(deps))
  return {
    ...(problem === undefined ? {} : { problem }),
    fields: problem === undefined ? {} : fieldProblems(body, deps),
  }
}

/** Pushes an event as it is, a bad one too: what becomes of that is worth seeing. Throws ConsoleError if it has no id. */
export async function pushEvent(body: string, { events, history, ...deps }: Deps): Promise<{ readonly id: string }> {
  const id = idOf(body)
  if (id === undefined) throw new ConsoleError('event-id-invalid', 400, 'The event has no id that can be read.')
  const group = templateIn(body, deps)?.templateId
  await events.push({ body, ...(group === undefined ? {} : { group }) })
  history?.notePush(id, templateOf(body))
  return { id }
}

function stageOf({ templates, apps, values }: Omit<Deps, 'events' | 'history'>) {
  const lists = templates()
  const accounts = apps.officials.map(app => ({ app, templates: lists.get(app.name) ?? {} }))
  return { accounts, minis: apps.minis, values }
}

function fieldProblems(body: string, deps: Deps): Record<string, string> {
  const template = templateIn(body, deps)
  const data = fieldsIn(silentJson(body), 'data')
  if (template === undefined || deps.values === 'unchecked') return {}
  const problems = Object.keys(template.fields).map(key => [key, problemIn(key, data[key], template)] as const)
  return Object.fromEntries(problems.flatMap(([key, it]) => (it === undefined ? [] : [[key, it]])))
}

function problemIn(key: string, given: unknown, { values, approved }: Template): string | undefined {
  if (given === undefined) return `${key} is missing`
  const value = typeof given === 'string' ? given : fieldsIn(given, undefined).value
  if (typeof value !== 'string') return `${key} must be text`
  const checked = checkValue(key, value, { policy: values?.[key], approved: approved?.[key] })
  return 'problem' in checked ? checked.problem : undefined
}

/** The template that an event names, in the list of the account that it names, or of the default one. */
function templateIn(body: string, { templates, apps }: Pick<Deps, 'templates' | 'apps'>): Template | undefined {
  const { from } = fieldsIn(silentJson(body), undefined)
  const list: TemplateList =
    templates().get(typeof from === 'string' ? from : '') ?? templates().get(apps.officials[0].name) ?? {}
  const named = templateOf(body)
  if (named === undefined) return undefined
  return Object.hasOwn(list, named) ? list[named] : findTemplate(list, named)?.[1]
}

function fieldsIn(value: unknown, name: string | undefined): Readonly<Record<string, unknown>> {
  const inner = name === undefined ? value : fieldsIn(value, undefined)[name]
  return typeof inner === 'object' && inner !== null ? Object.fromEntries(Object.entries(inner)) : {}
}
