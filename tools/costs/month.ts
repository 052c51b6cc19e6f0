/** What a month costs: what was counted, times its price. */

import { readFile } from 'node:fs/promises'

import * as v from 'valibot'

import {
  countAlarms,
  decryptsOf,
  diskGb,
  fixed,
  hours,
  type Kind,
  kept,
  look,
  perApp,
  perMillion,
  templates,
} from './counts.ts'

const file = new URL('../../docs/prices.json', import.meta.url)
const shape = v.object({
  region: v.string(),
  asOf: v.string(),
  prices: v.record(v.string(), v.object({ price: v.number(), unit: v.string(), source: v.pipe(v.string(), v.url()) })),
})

export type Prices = { readonly region: string; readonly asOf: string; readonly of: (name: string) => number }

export async function readPrices(): Promise<Prices> {
  const { prices, ...more } = v.parse(shape, JSON.parse(await readFile(file, 'utf8')))
  const of = (name: string) => {
    const found = prices[name]
    if (found === undefined) throw new Error(`docs/prices.json has no ${name}`)
    return found.price
  }
  return { ...more, of }
}

/** Parts of what is fixed, in the currency of the prices. */
export async function fixedParts({ of }: Prices) {
  const alarms = await countAlarms()
  const address = hours * of('addressHour')
  return {
    nat: hours * of('natHour') + address,
    machine: hours * of('machineHour') + diskGb * of('diskGbMonth') + address,
    alarms: { count: alarms.all, price: alarms.all * of('alarmMonth') },
    dashboard: fixed.dashboards * of('dashboardMonth'),
    metrics: (fixed.ownMetrics + fixed.routeMetrics) * of('metricMonth'),
    template: templates.outcomes * of('metricMonth'),
    looks: lookWork({ of }),
    idle: tickWork(fixed.ticks, { of }) + (fixed.polls * of('queueMillion')) / 1e6,
  }
}

/** What each further app of a kind adds. */
export async function appParts(kind: Kind, { of }: Prices) {
  const { metrics, ticks } = perApp[kind]
  const { [kind]: alarms } = await countAlarms()
  const parts = {
    alarms: alarms * of('alarmMonth'),
    metrics: metrics * of('metricMonth'),
    looks: tickWork(ticks, { of }),
  }
  return { ...parts, count: alarms, together: parts.alarms + parts.metrics + parts.looks }
}

function tickWork(ticks: number, { of }: Pick<Prices, 'of'>): number {
  const { tickGbSeconds, tickReads } = fixed
  const price = of('callMillion') + tickGbSeconds * of('gbSecondMillion') + tickReads * of('readMillion')
  return (ticks * price) / 1e6
}

function lookWork({ of }: Pick<Prices, 'of'>): number {
  const { aMonth, gbSeconds, queueRequests, decrypts, reads } = look
  const lambda = of('callMillion') + gbSeconds * of('gbSecondMillion')
  const asked = queueRequests * of('queueMillion') + decrypts * of('keyMillion') + reads * of('readMillion')
  return (aMonth * (lambda + asked)) / 1e6
}

/** Parts of a million messages. */
export function millionParts({ of }: Prices) {
  const it = perMillion
  return {
    http: it.httpRequests * of('httpMillion'),
    tables: it.writes * of('writeMillion') + it.reads * of('readMillion'),
    queues: it.queueRequests * of('queueMillion'),
    functions: it.calls * of('callMillion') + it.gbSeconds * of('gbSecondMillion'),
    logs: (it.logGb + it.accessLogGb) * of('logGb'),
    nat: it.natGb * of('natGb'),
    out: it.outGb * of('outGb'),
  }
}

/** A month of 30 days with so many messages each. */
export async function monthOf(messagesADay: number, prices: Prices) {
  const { nat, alarms, dashboard, metrics, template, looks, idle } = await fixedParts(prices)
  const million = Object.values(millionParts(prices)).reduce((sum, it) => sum + it)
  const gb = (messagesADay * kept.days * kept.kbPerMessage) / 1e6
  const month = {
    fixed: nat + alarms.price + dashboard + metrics + templates.count * template + looks + idle,
    messages: (messagesADay * 30 * million + decryptsOf(messagesADay) * prices.of('keyMillion')) / 1e6,
    storage: gb * (prices.of('tableGbMonth') + prices.of('recoveryGbMonth')),
  }
  return { ...month, gb, together: month.fixed + month.messages + month.storage }
}
