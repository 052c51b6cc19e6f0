/** What a month of a deployment takes of AWS, whatever is sent; what messages take is counted by `npm run bench -- --part cost`. */

import { createRequire } from 'node:module'

import * as v from 'valibot'

export const hours = 720
const minutes = hours * 60

/** Of a month, whatever is sent. */
export const fixed = {
  dashboards: 1,
  /** Of the functions, one for each name and app. */
  ownMetrics: 27,
  /** Of POST /callback and POST /callback/{app} alone: 4xx, 5xx, Count, Latency, IntegrationLatency, DataProcessed of each. */
  routeMetrics: 12,
  /** Refresh-tokens, sync-followers and resume-events look each minute whether there is work. */
  ticks: 3 * minutes,
  tickGbSeconds: 0.03,
  tickReads: 3,
  /** Lambda asks each of four queues by five connections, for up to 20 s each. */
  polls: 4 * 5 * 3 * minutes,
}

/** What each further app adds: its metrics, an Official Account's with its outcomes, and the look of its sync-followers each minute. */
export const perApp = { official: { metrics: 14, ticks: minutes }, mini: { metrics: 5, ticks: 0 } }
export type Kind = keyof typeof perApp

/** The self-check, every 15 minutes: 512 MB for some 2 s, the name and the sizes of eleven queues, seven secrets, three reads. */
export const look = { aMonth: minutes / 15, gbSeconds: 1, queueRequests: 22, decrypts: 7, reads: 3 }

/** The nat-instance has a disk of so many GB. */
export const diskGb = 8

/** Metrics of what becomes of one Official Account's messages; each template has as many with `TEMPLATE_METRICS=on`. */
export const outcomes = 4

/** Of a million messages that `GET /deliveries` lists: a write into its index, and one when they leave it or change their state. */
export const listed = { writes: 2 }

/** A delivery and its receipt are kept for so many days (lib/adapters/dynamo/deliveries.ts). */
export const kept = { days: 15 }

/** Each container decrypts two secrets again in five minutes; so many run by so many messages a day. */
export function decryptsOf(messagesADay: number): number {
  const containers = 2 + messagesADay / 500_000
  return (containers * 2 * minutes) / 5
}

/** What is off by default, and what has no value. */
const byDefault: Readonly<Record<string, string>> = {
  'param:alarmTopic': '',
  'param:pushesBus': 'off',
  'param:pushesQueue': 'off',
  'param:forwardUrl': 'off',
}

const resources = v.object({ Resources: v.record(v.string(), v.object({ Condition: v.optional(v.string()) })) })

/** Counts the alarms of a deployment that sets no parameter: without those of another choice of egress; and those of each app. */
export async function countAlarms() {
  const make = createRequire(import.meta.url)('../../resources/alarms.cjs')
  const resolveVariable = async (name: string) => byDefault[name] ?? name.replace(/^\w+:/, '')
  const { Resources } = v.parse(resources, await make({ resolveVariable }))
  const names = Object.keys(Resources).filter(it => Resources[it]?.Condition === undefined)
  const endingIn = (app: string) => names.filter(it => it.endsWith(`${app}Alarm`)).length
  return { all: names.length, official: endingIn('Official'), mini: endingIn('Mini') }
}
