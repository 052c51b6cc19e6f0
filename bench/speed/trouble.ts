/** What a template in trouble does to the messages of the others in its batches. */

import templates from '../../templates.json' with { type: 'json' }
import { percentile } from '../figures.ts'
import { makeEvents } from './load.ts'
import type { Lambda } from './processes.ts'
import type { Trouble } from './stand-in.ts'
import type { World } from './world.ts'

/** Milliseconds from the beginning of an invocation to WeChat's answer: the others' p99. */
export type Others = { readonly alone: number; readonly besideWell: number; readonly besideTrouble: number }

const batchSize = 100
const batchCount = 20
const { templateId } = templates.local['class-reminder']

/** Measures it for a trouble of so many percent of the messages, with a function of its own, for a breaker remembers. */
export async function measureOthers(
  kind: Trouble['kind'],
  percent: number,
  { lambda, world, latencyMs }: { lambda: Lambda; world: World; latencyMs: number },
): Promise<Others> {
  const bad = (batchSize * percent) / 100
  const p99 = (withBad: number) => p99OfOthers({ bad: withBad, others: batchSize - bad, latencyMs }, lambda, world)
  const alone = await p99(0)
  const besideWell = await p99(bad)
  await world.wechat.setTrouble({ templateId, kind })
  const besideTrouble = await p99(bad)
  await world.wechat.setTrouble(undefined)
  return { alone, besideWell, besideTrouble }
}

type Mixed = { readonly bad: number; readonly others: number; readonly latencyMs: number }

async function p99OfOthers({ bad, others, latencyMs }: Mixed, lambda: Lambda, { wechat }: World): Promise<number> {
  const batches = Array.from({ length: batchCount }, () => ({
    others: makeEvents(others, 'order-paid'),
    bad: makeEvents(bad, 'class-reminder'),
  }))
  await wechat.watch(true)
  const { spans } = await lambda.invoke(batches.map(it => mix(it.others, it.bad).map(({ body }) => body)))
  const arrivals = await wechat.watch(false)
  const latencies = batches.flatMap((batch, at) =>
    batch.others.map(it => (arrivals.get(it.number) ?? Number.POSITIVE_INFINITY) - (spans[at]?.began ?? 0) + latencyMs),
  )
  return percentile(latencies, 99)
}

/** Spreads the few evenly over the many. */
function mix<T>(many: readonly T[], few: readonly T[]): T[] {
  const every = few.length === 0 ? Number.POSITIVE_INFINITY : many.length / few.length
  const mixed = [...many.map((it, at) => ({ it, at })), ...few.map((it, at) => ({ it, at: at * every - 0.5 }))]
  return mixed.sort((a, b) => a.at - b.at).map(({ it }) => it)
}
