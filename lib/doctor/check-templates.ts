/** Whether an account has every template of its list in templates.json, with the same keys. */

import type { AppName } from '../apps.ts'
import { ConfigError } from '../errors.ts'
import type { AccountTemplate } from '../ports.ts'
import type { Template } from '../send/template-list.ts'
import { takeTemplates } from './commands.ts'
import type { DoctorDeps } from './deps.ts'
import type { AccountFacts } from './facts.ts'
import { type Finding, ok, warning, wrong } from './finding.ts'
import { pages } from './pages.ts'

/** WeChat has hidden these lines of old templates since 2023, and needs no value for them (docs/wechat.md 6.4). */
const unshown = new Set(['first', 'remark'])

/** Compares both lists; costs one call of `get_all_private_template`, unless our own list is invalid. */
export async function checkTemplates(facts: AccountFacts, { templates, ...place }: DoctorDeps): Promise<Finding> {
  const named = readList(facts.app.name, templates)
  if (named instanceof ConfigError) {
    return wrong(named.problems.join('; '), `fix the list ${place.stage}, ${takeTemplates(place)}`)
  }
  const account = new Map((await facts.accountTemplates()).map(it => [it.templateId, it]))
  const problems = named.flatMap(([name, template]) => problemsOf(name, template, account.get(template.templateId)))
  const words = problems.map(it => it.words).join('; ')
  const hint = `${pages.templates}: make the list ${place.stage} of templates.json match it, ${takeTemplates(place)}`
  if (problems.some(it => it.isWrong)) return wrong(words, hint)
  if (problems.length > 0) return warning(words, hint)
  if (named.length === 0) return ok(`templates.json names none for stage ${place.stage}: events carry a templateId`)
  return ok(`${named.length} of ${named.length} are in the account, with the same keys`)
}

function readList(name: AppName, templates: DoctorDeps['templates']): [string, Template][] | ConfigError {
  try {
    return Object.entries(templates().get(name) ?? {})
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
}

type Problem = { readonly isWrong: boolean; readonly words: string }

function problemsOf(name: string, { templateId, fields }: Template, found: AccountTemplate | undefined): Problem[] {
  if (found === undefined) return [{ isWrong: true, words: `${name}: the account has no template ${templateId}` }]
  const keys = new Set(keysOf(found.content))
  const lacking = [...keys].filter(it => !Object.hasOwn(fields, it) && !unshown.has(it))
  const surplus = Object.keys(fields).filter(it => !keys.has(it))
  return [
    ...lacking.map(it => ({
      isWrong: true,
      words: `${name}: WeChat requires ${it}, which is not among its fields (47003)`,
    })),
    ...surplus.map(it => ({ isWrong: false, words: `${name}: WeChat’s content has no ${it}, so it is not shown` })),
  ]
}

function keysOf(content: string): string[] {
  return [...content.matchAll(/\{\{\s*([^\s{}.]+)\.DATA\s*\}\}/g)].map(it => it[1] ?? '')
}
