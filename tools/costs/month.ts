/** What a month costs: what was counted, times its price. */

import { diskGb, fixed, hours, type Kind, kept, look, outcomes, perApp } from './counts.ts'
import type { Prices } from './prices.ts'

/** In millions (of requests, units, GB-seconds) and in GB, for a million messages. */
export type PerMillion = {
  readonly httpRequests: number
  readonly calls: number
  readonly gbSeconds: number
  readonly writes: number
  readonly reads: number
  readonly queueRequests: number
  readonly logGb: number
  readonly natGb: number
  readonly outGb: number
  /** Rows of what became of them, for as long as they are kept. */
  readonly keptGb: number
}

/** What is paid for whatever is sent, beside the NAT and its address. */
export type Watched = {
  readonly alarms: number
  readonly dashboards: number
  readonly metrics: number
  /** Functions that look every minute whether there is work, and the requests by which Lambda looks into queues. */
  readonly ticks: number
  readonly polls: number
  readonly looks: number
}

type Of = Pick<Prices, 'of'>

/** Parts of a million messages, in the currency of the prices. */
export function millionParts(it: PerMillion, { of }: Of) {
  return {
    http: it.httpRequests * of('httpMillion'),
    tables: it.writes * of('writeMillion') + it.reads * of('readMillion'),
    queues: it.queueRequests * of('queueMillion'),
    functions: it.calls * of('callMillion') + it.gbSeconds * of('gbSecondMillion'),
    logs: it.logGb * (of('logGb') + of('logGbMonth')),
    nat: it.natGb * of('natGb'),
    out: it.outGb * of('outGb'),
  }
}

/** Parts of what is fixed, a month. */
export function fixedParts({ alarms, dashboards, metrics, ticks, polls, looks }: Watched, { of }: Of) {
  return {
    nat: natOf('gateway', { of }),
    alarms: alarms * of('alarmMonth'),
    dashboards: dashboards * of('dashboardMonth'),
    metrics: metrics * of('metricMonth'),
    idle: tickWork(ticks, { of }) + (polls * of('queueMillion')) / 1e6 + lookWork(looks, { of }),
  }
}

/** A NAT with its address, a month. */
export function natOf(kind: 'gateway' | 'instance', { of }: Of): number {
  const machine = kind === 'gateway' ? hours * of('natHour') : hours * of('machineHour') + diskGb * of('diskGbMonth')
  return machine + hours * of('addressHour')
}

/** What each further app of a kind adds, with so many alarms of its own. */
export function appParts(kind: Kind, alarms: number, { of }: Of) {
  const { metrics, ticks } = perApp[kind]
  const parts = {
    alarms: alarms * of('alarmMonth'),
    metrics: metrics * of('metricMonth'),
    looks: tickWork(ticks, { of }),
  }
  return { ...parts, together: sumOf(parts) }
}

type Month = {
  readonly messagesADay: number
  readonly usage: PerMillion
  readonly watched: Watched
  /** Whether rows are kept twice: in the table, and for point-in-time recovery. */
  readonly hasRecovery: boolean
  /** Of secrets, by KMS. */
  readonly decrypts: number
}

/** A month of 30 days with so many messages each. */
export function monthOf({ messagesADay, usage, watched, hasRecovery, decrypts }: Month, { of }: Of) {
  const gb = (messagesADay * kept.days * usage.keptGb) / 1e6
  const month = {
    fixed: sumOf(fixedParts(watched, { of })),
    messages: (messagesADay * 30 * sumOf(millionParts(usage, { of })) + decrypts * of('keyMillion')) / 1e6,
    storage: gb * (of('tableGbMonth') + (hasRecovery ? of('recoveryGbMonth') : 0)),
  }
  return { ...month, gb, together: sumOf(month) }
}

/** What ours pays for whatever is sent, with so many alarms. */
export function watchedByUs(alarms: number): Watched {
  const { dashboards, ownMetrics, routeMetrics, ticks, polls } = fixed
  return { alarms, dashboards, metrics: ownMetrics + routeMetrics + outcomes, ticks, polls, looks: look.aMonth }
}

export function sumOf(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((sum, it) => sum + it, 0)
}

function tickWork(ticks: number, { of }: Of): number {
  const { tickGbSeconds, tickReads } = fixed
  const price = of('callMillion') + tickGbSeconds * of('gbSecondMillion') + tickReads * of('readMillion')
  return (ticks * price) / 1e6
}

function lookWork(looks: number, { of }: Of): number {
  const { gbSeconds, queueRequests, decrypts, reads } = look
  const lambda = of('callMillion') + gbSeconds * of('gbSecondMillion')
  const asked = queueRequests * of('queueMillion') + decrypts * of('keyMillion') + reads * of('readMillion')
  return (looks * (lambda + asked)) / 1e6
}
