/** What is measured: throughput beside its bound, processor time beside the reference, AWS calls, sockets, the others' p99. */

import templates from '../../templates.json' with { type: 'json' }
import { median } from '../figures.ts'
import type { Invoked } from './function.ts'
import type { openHangingWay } from './hanging-wechat.ts'
import type { Lambda, Plain } from './processes.ts'
import { makeEvents, makeMessages, type World } from './world.ts'

/** Keep-alive sockets to WeChat that a function uses at once. */
export const width = 50

export type Speed = {
  readonly size: number
  readonly perSecond: number
  readonly sockets: number
  readonly awsCalls: number
  readonly writeUnits: number
}
export type Cpu = {
  readonly ours: number
  readonly reference: number
  readonly ratio: number
  readonly perSecond: number
}
export type Others = {
  readonly trouble: string
  readonly share: number
  readonly aloneMs: number
  readonly besideMs: number
  readonly healthyMs: number
  /** In the first batch of all with the trouble. */
  readonly firstMs: number
}

/** Invokes with batches of one size; AWS calls and write units are those of a hundred messages. */
export async function measureSpeed(
  size: number,
  times: number,
  { lambda, world }: { lambda: Lambda; world: World },
): Promise<Speed> {
  await world.aws.counts()
  const batches = Array.from({ length: times }, () => makeEvents(size, 'order-paid').map(it => it.body))
  const invoked = await lambda.invoke(batches)
  if (invoked.failed > 0) throw new Error(`${invoked.failed} messages were not sent`)
  const { requests, writeUnits } = await world.aws.counts()
  const calls = Object.values(requests).reduce((sum, it) => sum + it, 0)
  const hundreds = (size * times) / 100
  const perSecond = (size * times * 1000) / spanOf(invoked)
  return { size, perSecond, sockets: invoked.sockets, awsCalls: calls / hundreds, writeUnits: writeUnits / hundreds }
}

/** Both in turn, round by round, so that a slow moment of the machine strikes them alike; microseconds per message. */
export async function measureCpu(rounds: number, { lambda, plain }: { lambda: Lambda; plain: Plain }): Promise<Cpu> {
  const found: Omit<Cpu, 'ratio'>[] = []
  const count = 1_000
  for (let round = 0; round < rounds; round++) {
    const batches = Array.from({ length: 10 }, () => makeEvents(count / 10, 'order-paid').map(it => it.body))
    const invoked = await lambda.invoke(batches)
    const sent = await plain.send(makeMessages(count), width)
    const each = ({ cpuSeconds }: { cpuSeconds: number }) => (cpuSeconds * 1e6) / count
    found.push({ ours: each(invoked), reference: each(sent), perSecond: count / sent.seconds })
  }
  const medianOf = (of: (round: Omit<Cpu, 'ratio'>) => number) => median(found.map(of))
  return {
    ours: medianOf(it => it.ours),
    reference: medianOf(it => it.reference),
    ratio: medianOf(it => it.ours / it.reference),
    perSecond: medianOf(it => it.perSecond),
  }
}

type Side = {
  readonly lambda: Lambda
  readonly world: World
  readonly way: Awaited<ReturnType<typeof openHangingWay>>
  readonly latencyMs: number
  readonly batchCount?: number
}

const batchSize = 100

/** The others' p99 with a template in trouble among them, beside that of the same messages without it, or with it well. */
export async function measureOthers(trouble: 'hangs' | '40037', share: number, side: Side): Promise<Others> {
  const { templateId } = templates.local['class-reminder']
  const { world, way } = side
  const bad = (batchSize * share) / 100
  const aloneMs = await p99(0, bad, side)
  const healthyMs = await p99(bad, bad, side)
  if (trouble === 'hangs') way.swallow(templateId)
  else await world.control('/templates', { remove: [templateId] })
  // It always is: what the container learns from its first batch it knows in all that follow.
  const firstMs = await p99(bad, bad, { ...side, batchCount: 1 })
  const besideMs = await p99(bad, bad, side)
  way.swallow(undefined)
  await world.control('/templates', { add: [templates.local['class-reminder']] })
  return { trouble, share, aloneMs, healthyMs, firstMs, besideMs }
}

/** From the beginning of the invocation until WeChat's answer; every batch is spread over by the seldom template. */
async function p99(bad: number, less: number, { lambda, world, latencyMs, batchCount = 30 }: Side): Promise<number> {
  const batches = Array.from({ length: batchCount }, () => ({
    others: makeEvents(batchSize - less, 'order-paid'),
    bad: makeEvents(bad, 'class-reminder'),
  }))
  const mixed = batches.map(it => mix(it.others, it.bad).map(({ body }) => body))
  const { spans } = await lambda.invoke(mixed)
  const arrivals = await world.arrivals()
  const latencies = batches.flatMap(({ others }, index) =>
    others.map(it => (arrivals.get(it.number) ?? Number.POSITIVE_INFINITY) - (spans[index]?.began ?? 0) + latencyMs),
  )
  return latencies.sort((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? Number.NaN
}

function mix<T>(many: readonly T[], few: readonly T[]): T[] {
  const every = few.length === 0 ? Number.POSITIVE_INFINITY : many.length / few.length
  const mixed = [...many.map((it, at) => ({ it, at })), ...few.map((it, at) => ({ it, at: at * every - 0.5 }))]
  return mixed.sort((a, b) => a.at - b.at).map(({ it }) => it)
}

function spanOf({ spans }: Invoked): number {
  return spans.reduce((sum, { began, ended }) => sum + ended - began, 0)
}
