/** What a million messages take of AWS in one of the ways, from what was counted of some hundred. */

import type { PerMillion } from '../../tools/costs/month.ts'
import type { AwsCounts } from '../aws/server.ts'
import type { Invoked } from '../lambda/container.ts'
import {
  accessLineBytes,
  answerHeadBytes,
  billedMs,
  lineBytes,
  memoryMb,
  queueRequestsOf,
  reportLinesBytes,
  type Way,
  ways,
  wireBytes,
} from './assumptions.ts'

/** Of so many messages, in one of the functions on their way. */
export type Counted = {
  readonly role: 'send' | 'callback'
  readonly messages: number
  readonly invoked: readonly Pick<Invoked, 'ms' | 'cpuMs'>[]
  readonly logBytes: number
  readonly aws: Pick<AwsCounts, 'requests' | 'readUnits' | 'writeUnits' | 'keptBytes'>
  readonly wechat: { readonly calls: number; readonly bytesIn: number; readonly bytesOut: number }
  readonly answerBytes: number
}

/** Nothing at all. */
export const none: PerMillion = {
  httpRequests: 0,
  calls: 0,
  gbSeconds: 0,
  writes: 0,
  reads: 0,
  queueRequests: 0,
  logGb: 0,
  natGb: 0,
  outGb: 0,
  keptGb: 0,
}

/** Adds up the functions of a way. */
export function perMillionOf(way: Way, counted: readonly Counted[]): PerMillion {
  return counted.map(it => usageOf(way, it)).reduce((sum, it) => added(sum, it), none)
}

function added(one: PerMillion, other: PerMillion): PerMillion {
  const sums = Object.entries(one).map(([name, it]) => [name, it + other[name as keyof PerMillion]])
  return Object.fromEntries(sums)
}

function usageOf(way: Way, { role, messages, invoked, logBytes, aws, wechat, answerBytes }: Counted): PerMillion {
  const each = (total: number) => total / messages
  const { reports, accessLog } = ways[way]
  const isHttp = role === 'callback'
  const logged =
    logBytes +
    invoked.length * (reports ? reportLinesBytes : 0) +
    (isHttp && accessLog ? messages * accessLineBytes : 0)
  return {
    httpRequests: isHttp ? 1 : 0,
    calls: each(invoked.length),
    gbSeconds: each((sumOf(invoked.map(billedMs)) / 1000) * (memoryMb / 1024)),
    writes: each(aws.writeUnits),
    reads: each(aws.readUnits),
    queueRequests: each(queueCalls(aws.requests)) + queueShare(way, role),
    // A GB of a million messages is a thousand bytes of each.
    logGb: each(logged + lineBytes * invoked.length) / 1000,
    keptGb: each(aws.keptBytes) / 1000,
    natGb: each(wechat.bytesIn + wechat.bytesOut + wechat.calls * wireBytes) / 1000,
    outGb:
      each(wechat.bytesIn + (wechat.calls * wireBytes) / 2 + (isHttp ? answerBytes + messages * answerHeadBytes : 0)) /
      1000,
  }
}

/** What queues take beside the calls of functions: pushed by others, and handed over by Lambda. */
function queueShare(way: Way, role: Counted['role']): number {
  if (role === 'callback') return 0
  const { pushed, taken } = queueRequestsOf(ways[way].messages)
  return pushed + taken
}

function queueCalls(requests: Readonly<Record<string, number>>): number {
  return sumOf(
    Object.entries(requests).flatMap(([name, count]) =>
      /^SendMessage|Visibility|^DeleteMessage/.test(name) ? count : [],
    ),
  )
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, it) => sum + it, 0)
}
