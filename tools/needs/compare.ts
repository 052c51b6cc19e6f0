/** Holds what is declared against what the code needs, both ways; each difference is a sentence that says where to mend it. */

import * as v from 'valibot'

import type { Functions } from '../../kit/service.ts'
import type { Declared, Role } from './declared.ts'
import type { Needs } from './needs.ts'
import { consume } from './rights.ts'

type Entry = Functions[string]

/** Lambda sets them. */
const isLambdas = /^AWS_/

const route = v.union([
  v.string(),
  v.pipe(
    v.object({ method: v.string(), path: v.string() }),
    v.transform(({ method, path }) => `${method} ${path}`),
  ),
])
const mapping = v.object({ arn: v.object({ 'Fn::GetAtt': v.tuple([v.string(), v.literal('Arn')]) }) })

/** Answers what is wrong, by function; empty if nothing is. `needs` has all functions there are code of. */
export function problemsIn(needs: ReadonlyMap<string, Needs>, declared: Declared): string[] {
  const { functions, granted } = declared
  const unknown = granted
    .filter(it => !(it in functions))
    .map(it => `${it}: has rights in resources/roles.cjs, and is no function`)
  const undeclared = [...needs.keys()].filter(it => !(it in functions)).map(it => `${it}: is not in serverless.yml`)
  const own = Object.entries(functions).flatMap(([name, entry]) =>
    problemsOf(name, { entry, needs: needs.get(name), declared }).map(it => `${name}: ${it}`),
  )
  return [...unknown, ...undeclared, ...own, ...loopProblems(needs, declared), ...routeProblems(declared)]
}

type Case = { readonly entry: Entry; readonly needs: Needs | undefined; readonly declared: Declared }

function problemsOf(name: string, { entry, needs, declared }: Case): string[] {
  if (needs === undefined) return [`there is no functions/${name}.ts`]
  const role = entry.role ?? ''
  const granted = declared.roles[role]
  if (granted === undefined || role !== roleNameOf(name))
    return [`its role has to be ${roleNameOf(name)} (serverless.yml)`]
  return [
    ...triggerProblems(needs, entry),
    ...variableProblems(needs, entry, declared),
    ...rightProblems(needs, entry, granted),
    ...vpcProblems(needs, entry, granted),
  ]
}

function variableProblems(needs: Needs, { environment }: Entry, declared: Declared): string[] {
  return differencesOf(ownVariables(needs, declared), new Set(Object.keys(environment)), {
    lacks: it => `reads ${it}, and does not have it (serverless.yml)`,
    needless: it => `has ${it}, and does not read it (serverless.yml)`,
  })
}

function rightProblems({ rights }: Needs, entry: Entry, granted: Role): string[] {
  return differencesOf(new Set([...rights, ...rightsToConsume(entry)]), granted.rights, {
    lacks: it => `needs ${it}, and may not (resources/roles.cjs)`,
    needless: it => `may ${it}, and does not need it (resources/roles.cjs)`,
  })
}

function vpcProblems({ callsWeChat }: Needs, { vpc }: Entry, { isInVpc }: Role): string[] {
  const [is, goes] = callsWeChat ? ['calls WeChat', 'is missing'] : ['does not call WeChat', 'goes']
  return [
    ...((vpc !== undefined) === callsWeChat ? [] : [`${is}: so vpc ${goes} (serverless.yml)`]),
    ...(isInVpc === callsWeChat ? [] : [`${is}: so callsWeChat ${goes} (resources/roles.cjs)`]),
  ]
}

/** What invokes it is what its handler is made for; nothing on a schedule need be, for people invoke it too. */
function triggerProblems({ trigger }: Needs, { events }: Entry): string[] {
  const kinds = new Set(events.flatMap(it => Object.keys(it)))
  if (trigger === 'schedule' && kinds.size === 0) return []
  if (trigger !== undefined && kinds.size === 1 && kinds.has(trigger)) return []
  const are = [...kinds].join(', ') || 'none'
  return [`its handler is made for ${trigger ?? 'nothing'}, its events are ${are} (serverless.yml)`]
}

/** Who pushes back into its own queue is stopped by Lambda's detection of loops, unless it is allowed to. */
function loopProblems(needs: ReadonlyMap<string, Needs>, { functions, looping }: Declared): string[] {
  const pushing = Object.entries(functions).filter(([name, entry]) =>
    queuesOf(entry).some(it => needs.get(name)?.rights.has(`sqs:SendMessage on ${it}`)),
  )
  return differencesOf(new Set(pushing.map(([name]) => name)), new Set(looping), {
    lacks: it => `${it}: pushes into the queue that triggers it, and is not in resources/recursive-loops.cjs`,
    needless: it => `${it}: is in resources/recursive-loops.cjs, and pushes into no queue that triggers it`,
  })
}

function routeProblems({ functions, routes }: Declared): string[] {
  const made = new Set(Object.values(functions).flatMap(routesOf))
  return differencesOf(made, new Set(routes), {
    lacks: it => `${it}: is a route, and not in the table of docs/http-api.md`,
    needless: it => `${it}: is in the table of docs/http-api.md, and no route`,
  })
}

/** The routes of a function, as documents spell them. */
export function routesOf({ events }: Entry): string[] {
  return events.flatMap(it => ('httpApi' in it ? v.parse(route, it.httpApi).replace('+}', '}') : []))
}

/** The variables that a function reads, beside what all have and what Lambda sets. */
export function ownVariables({ variables }: Needs, { common }: Declared): ReadonlySet<string> {
  return new Set([...variables].filter(it => !common.includes(it) && !isLambdas.test(it)))
}

/** The rights by which Lambda takes the messages for it. */
export function rightsToConsume(entry: Entry): string[] {
  return queuesOf(entry).flatMap(queue => consume.map(it => `${it} on ${queue}`))
}

/** The queues whose messages a function is handed, by their resources. */
export function queuesOf({ events }: Entry): string[] {
  return events.flatMap(it => ('sqs' in it ? v.parse(mapping, it.sqs).arn['Fn::GetAtt'][0] : []))
}

function roleNameOf(name: string): string {
  return `${name.replaceAll(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())}Role`
}

type Words = { readonly lacks: (it: string) => string; readonly needless: (it: string) => string }

function differencesOf(needed: ReadonlySet<string>, had: ReadonlySet<string>, { lacks, needless }: Words): string[] {
  const without = (some: ReadonlySet<string>, others: ReadonlySet<string>) =>
    [...some].filter(it => !others.has(it)).toSorted()
  return [...without(needed, had).map(lacks), ...without(had, needed).map(needless)]
}
