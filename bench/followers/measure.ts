/** What one sync took: time, calls, rows, processor. */

import { cpus } from 'node:os'
import { callsBy } from '../../kit/control.ts'
import { usage } from '../../kit/usage.ts'
import type { SyncReport } from '../../lib/sync/order.ts'
import type { Counts } from './stores.ts'
import type { World } from './world.ts'

export type Measured = {
  readonly report: SyncReport
  readonly seconds: number
  /** By path. */
  readonly calls: Readonly<Record<string, number>>
  readonly counts: Readonly<Counts>
  /** Processor seconds; `others` are all other programs on this machine. */
  readonly cpu: { readonly function: number; readonly box: number; readonly stores: number; readonly others: number }
  /** Of the function, since it began. */
  readonly peakMb: number
}

/** Runs a sync and measures it. */
export async function measure(world: World, aheadMs: number): Promise<Measured> {
  const before = await snapshot(world)
  const began = performance.now()
  const report = await world.sync(aheadMs)
  const seconds = (performance.now() - began) / 1000
  const after = await snapshot(world)
  const cpu = minus(after.cpu, before.cpu)
  return {
    report,
    seconds,
    calls: minus(after.calls, before.calls),
    counts: minus(after.counts, before.counts),
    cpu: { ...cpu, others: cpu.others - cpu.function - cpu.box - cpu.stores },
    peakMb: after.peakMb,
  }
}

async function snapshot({ usage: usages, control, counts }: World) {
  const { function: lambda, box } = await usages()
  const cpu = { function: lambda.cpuSeconds, box: box.cpuSeconds, stores: usage().cpuSeconds, others: machineSeconds() }
  const calls = await callsBy(control)
  return { cpu, calls, counts: { ...counts }, peakMb: lambda.peakMb }
}

/** What all programs together have used. */
function machineSeconds(): number {
  const busy = cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq)
  return busy.reduce((sum, ms) => sum + ms, 0) / 1000
}

function minus<T extends Record<string, number>>(after: T, before: T): T {
  const difference = Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)])
  return Object.fromEntries(difference) as T
}
