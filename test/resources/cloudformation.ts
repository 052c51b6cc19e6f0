/** What CloudFormation makes of a template: its conditions decided, and what they leave out left out. */

import * as v from 'valibot'

import type { Template } from './packaged.ts'

const egresses = ['nat-gateway', 'nat-gateway-per-zone', 'nat-instance', 'none']
const noValue = Symbol('AWS::NoValue')
const partition = { Ref: 'AWS::Partition' } as const
const text = v.union([
  v.string(),
  v.pipe(
    v.object({ Ref: v.literal(partition.Ref) }),
    v.transform(() => 'aws'),
  ),
])
const texts = v.tuple([text, text])
const list = v.array(v.unknown())
const branches = v.tuple([v.string(), v.unknown(), v.unknown()])

export type Decisions = Readonly<Record<string, boolean>>

/** Decides a template as it is, or as another choice of egress or other decisions would make it. */
export function decide(template: Template, egress?: string, decided: Decisions = {}): Template {
  const holds = (name: string): boolean => decided[name] ?? evaluate(template.Conditions[name], { holds, egress })
  const isMade = ({ Condition }: { readonly Condition?: string | undefined }) =>
    Condition === undefined || holds(Condition)
  const Resources = Object.entries(template.Resources).filter(([, it]) => isMade(it))
  const settled = Resources.map(([name, it]) => [name, { ...it, Properties: settle(it.Properties, holds) }])
  return { ...template, Resources: Object.fromEntries(settled) }
}

/** The same template where the conditions see another partition than aws. */
export function inPartition(name: string, template: Template): Template {
  const [ref, text] = [JSON.stringify(partition), JSON.stringify(name)]
  return { ...template, Conditions: JSON.parse(JSON.stringify(template.Conditions).replaceAll(ref, text)) }
}

type Terms = { readonly holds: (name: string) => boolean; readonly egress: string | undefined }

function evaluate(condition: unknown, terms: Terms): boolean {
  const [[kind, value] = []] = Object.entries(v.parse(v.looseObject({}), condition))
  const parts = () => v.parse(list, value).map(it => evaluate(it, terms))
  switch (kind) {
    case 'Condition':
      return terms.holds(v.parse(v.string(), value))
    case 'Fn::Not':
      return parts().every(it => !it)
    case 'Fn::And':
      return parts().every(Boolean)
    case 'Fn::Or':
      return parts().some(Boolean)
    default: {
      const [given, wanted] = v.parse(texts, value)
      return (egresses.includes(wanted) ? (terms.egress ?? given) : given) === wanted
    }
  }
}

function settle(value: unknown, holds: (name: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map(it => settle(it, holds)).filter(it => it !== noValue)
  if (typeof value !== 'object' || value === null) return value
  if ('Fn::If' in value) {
    const [name, yes, no] = v.parse(branches, value['Fn::If'])
    return settle(holds(name) ? yes : no, holds)
  }
  if ('Ref' in value && value.Ref === 'AWS::NoValue') return noValue
  const settled = Object.entries(value).map(([key, it]) => [key, settle(it, holds)])
  return Object.fromEntries(settled.filter(([, it]) => it !== noValue))
}
