/** What was counted, and what it costs in each region, as rows of the bench. */

import { decryptsOf } from '../../tools/costs/counts.ts'
import { fixedParts, millionParts, monthOf, type PerMillion, sumOf, watchedByUs } from '../../tools/costs/month.ts'
import { millionName, monthName, partNames, volumes } from '../../tools/costs/names.ts'
import { defaultRegion, type Prices } from '../../tools/costs/prices.ts'
import type { Row } from '../part.ts'
import { isOurs, others, type Way } from './assumptions.ts'

type Usages = Readonly<Record<Way, PerMillion>>
type Of = (way: Way) => number

/** What is counted of a message in each way. */
export function countRows(usages: Usages): Row[] {
  const counted = {
    'calls of Lambda': 'calls',
    'write units': 'writes',
    'read units': 'reads',
    'requests of SQS': 'queueRequests',
  } as const
  return Object.entries(counted).map(([name, key]) => ({
    what: `${name} for each message`,
    ...valuesOf(way => rounded(usages[way][key], 1000)),
    worse: 'more' as const,
  }))
}

/** What depends on how long a function runs, and on the bytes of its lines. */
export function measuredRows(usages: Usages): Row[] {
  const rows = {
    'GB-seconds': 'gbSeconds',
    'KB logged': 'logGb',
    'KB through the NAT': 'natGb',
    'KB out': 'outGb',
    'KB kept': 'keptGb',
  } as const
  return Object.entries(rows).map(([name, key]) => ({
    what: `${name} for each message`,
    ...valuesOf(way => rounded(usages[way][key], 10_000)),
  }))
}

/** What a million messages, what is fixed, and months of three sizes cost in a region. */
export function priceRows(usages: Usages, alarms: number, prices: Prices): Row[] {
  const { region, currency: unit } = prices
  const row = (what: string, of: Of, more: Partial<Row> = {}): Row => ({
    what,
    unit,
    ...valuesOf(it => cents(of(it))),
    ...more,
  })
  const million = (way: Way) => millionParts(usages[way], prices)
  const month = (messagesADay: number, way: Way) => {
    const decrypts = isOurs(way) ? decryptsOf(messagesADay) : 0
    return monthOf({ messagesADay, usage: usages[way], decrypts, ...keptOf(way, alarms) }, prices)
  }
  const fixed = (way: Way) => fixedParts(keptOf(way, alarms).watched, prices)
  const isDefault = region === defaultRegion
  const parts = isDefault ? partNames.million : []
  return [
    row(millionName(region), way => sumOf(million(way)), isDefault ? { headline } : {}),
    row(`${millionName(region)}, beyond the HTTP API`, way => sumOf(million(way)) - million(way).http, beyond[region]),
    ...parts.map(it => row(millionName(region, it), way => million(way)[it])),
    row(monthName(region, 'fixed'), way => sumOf(fixed(way))),
    ...(isDefault ? partNames.fixed : []).map(it => row(monthName(region, 'fixed', it), way => fixed(way)[it])),
    ...volumes.flatMap(volume => [
      row(monthName(region, volume), way => month(volume, way).together),
      row(monthName(region, volume, 'storage'), way => month(volume, way).storage),
    ]),
  ]
}

const headline = {
  en: '1,000,000 messages with their receipts, ap-southeast-1',
  zh: '100 万条消息及其回执的费用，ap-southeast-1',
}
/** Where the HTTP API costs 1.00. */
const beyond: Readonly<Record<string, Partial<Row>>> = { 'us-east-1': { goal: { atMost: 1.2 } } }

function keptOf(way: Way, alarms: number) {
  if (!isOurs(way)) return others[way]
  return { watched: watchedByUs(alarms), hasRecovery: true }
}

function valuesOf(of: Of): Pick<Row, 'ours' | 'beside'> {
  return { ours: of('ours'), beside: { naive: of('naive'), typical: of('typical'), 'RECEIPTS=off': of('unasked') } }
}

function cents(value: number): number {
  return rounded(value, 100)
}

function rounded(value: number, of: number): number {
  return Math.round(value * of) / of
}
