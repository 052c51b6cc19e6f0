/** What each function needs, as a table for people. */

import type { Functions } from '../../kit/service.ts'
import { between } from '../command/document.ts'
import { ownVariables, queuesOf, rightsToConsume, routesOf } from './compare.ts'
import type { Declared } from './declared.ts'
import type { Needs } from './needs.ts'

const marks = ['<!-- needs: npm run needs -->', '<!-- /needs -->'] as const

/** Puts the table between its marks; throws where they are missing. */
export function withNeeds(document: string, needs: ReadonlyMap<string, Needs>, declared: Declared): string {
  const rows = Object.entries(declared.functions).map(([name, it]) =>
    rowOf(name, it, { needs: needs.get(name), declared }),
  )
  const head = ['| function | invoked by | reads | secrets | may |', '| --- | --- | --- | --- | --- |']
  return between(document, marks, `\n${[...head, ...rows].join('\n')}\n`)
}

type Known = { readonly needs: Needs | undefined; readonly declared: Declared }

function rowOf(name: string, entry: Functions[string], { needs, declared }: Known): string {
  const variables = needs === undefined ? [] : [...ownVariables(needs, declared)].toSorted()
  const rights = [...new Set([...(needs?.rights ?? []), ...rightsToConsume(entry)])].toSorted()
  const secrets = rights.flatMap(it => /^ssm:GetParameters on (.+)$/.exec(it)?.[1] ?? [])
  const wechat = needs?.callsWeChat ? ['call WeChat'] : []
  const may = [...told(rights, declared), ...wechat].join('; ')
  const cells = [coded([name]), invokedBy(entry), coded(variables), coded(secrets), may]
  return `| ${cells.map(it => it || '–').join(' | ')} |`
}

function invokedBy(entry: Functions[string]): string {
  const routes = routesOf(entry)
  if (routes.length > 0) return coded(routes)
  const queues = queuesOf(entry)
  if (queues.length > 0) return queues.join(', ')
  return entry.events.length > 0 ? 'a schedule' : 'people'
}

/** By what it is on: `LinksTable: BatchGetItem, UpdateItem`; what is allowed on every queue is told once. */
function told(rights: readonly string[], { queues }: Declared): string[] {
  const own = rights.filter(it => !it.startsWith('ssm:')).map(splitRight)
  const isEverywhere = (action: string) => queues.every(it => rights.includes(`sqs:${action} on ${it}`))
  const everywhere = [...new Set(own.map(it => it.action))].filter(isEverywhere)
  const apart = own.filter(it => !(queues.includes(it.place) && everywhere.includes(it.action)))
  const lines = [...Map.groupBy(apart, it => it.place)].map(([place, list]) =>
    lineOf(
      place,
      list.map(it => it.action),
    ),
  )
  return [...(everywhere.length > 0 ? [lineOf('every queue', everywhere)] : []), ...lines.toSorted()]
}

function splitRight(right: string): { readonly action: string; readonly place: string } {
  const [, action = '', place = ''] = /^\w+:(\w+) on (.+)$/.exec(right) ?? []
  return { action, place: place === '*' ? 'the account' : place }
}

function lineOf(place: string, actions: readonly string[]): string {
  return `${place}: ${actions.join(', ')}`
}

function coded(texts: readonly string[]): string {
  return texts.map(it => `\`${it}\``).join(', ')
}
