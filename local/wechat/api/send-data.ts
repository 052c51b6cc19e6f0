/** The `data` of a template message: which values it has, and the recorded text for the first that is wrong. */
import { field } from '../json.ts'
import type { Template } from '../templates.ts'
import { obeysRule, typeOfKey } from '../value-rules.ts'
import type { Refusal } from './endpoint.ts'

/** Reads the values of the template's keys; keys that the template does not have are left out, as WeChat ignores them. */
export function readData(
  data: unknown,
  template: Template,
  rules: boolean,
): { values: Record<string, string> } | Refusal {
  const values: [string, string][] = []
  for (const key of template.keys.filter(isShown)) {
    const value = readValue(data, key)
    if (typeof value !== 'string') return value
    if (rules && !obeysRule(key, value, approvedFor(template, key))) return invalid(key, 'invalid')
    values.push([key, value])
  }
  return { values: Object.fromEntries(values) }
}

/** The first and the last line of old templates are accepted and not shown since 2023, hence not required either. */
function isShown(key: string): boolean {
  return key !== 'first' && key !== 'remark'
}

function approvedFor(template: Template, key: string): readonly string[] | undefined {
  return Object.hasOwn(template.approved, key) ? template.approved[key] : undefined
}

function readValue(data: unknown, key: string): string | Refusal {
  const value = field(field(data, key), 'value')
  if (typeof value === 'number' && typeOfKey(key) === 'number') return String(value)
  // An empty const is allowed: its field is then left blank on the phone.
  if (typeof value === 'string' && (value !== '' || typeOfKey(key) === 'const')) return value
  return value === undefined || value === null || value === '' ? invalid(key, 'is empty') : { errcode: 47001 }
}

function invalid(key: string, what: string): Refusal {
  return { errcode: 47003, errmsg: `argument invalid! data.${key}.value ${what}` }
}
