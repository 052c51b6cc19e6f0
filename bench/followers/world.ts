/** WeChat in a box, the function, and between them the stores and the queue, which this process holds. */

import { join } from 'node:path'

import { openControl } from '../../kit/control.ts'
import { remote } from '../../kit/peer.ts'
import { bundle, start, startWeChat } from '../../kit/processes.ts'
import type { Usage } from '../../kit/usage.ts'
import type { SyncReport } from '../../lib/sync/order.ts'
import { createQueue } from './queue.ts'
import { createStores } from './stores.ts'

type Lambda = {
  sync(aheadMs: number): Promise<SyncReport>
  link(bodies: readonly string[]): Promise<readonly string[]>
  usage(): Promise<Usage>
}
export type World = Awaited<ReturnType<typeof openWorld>>

/** What the function may take, in MB, as it is deployed. */
export const memoryMb = 256
/** Lambda's bootstrap gives a tenth of the memory to the young generation, half of it to each semi-space. */
const execArgv = [
  `--max-semi-space-size=${Math.floor(memoryMb / 20)}`,
  `--max-old-space-size=${memoryMb - Math.floor(memoryMb / 10)}`,
]

/** Opens it; each of WeChat's calls takes so long. */
export async function openWorld(latencyMs: number) {
  const wechat = await startWeChat()
  const { url } = wechat
  const control = openControl(url)
  if (latencyMs > 0) await control('/faults', { path: '*', kind: 'slow', ms: latencyMs, times: 1_000_000_000 })
  const { counts, rows, services } = createStores()
  const queue = createQueue(bodies => lambda.link(bodies))
  const file = await bundle(join(import.meta.dirname, 'function.ts'))
  const started = start(file, { services: { ...services, queue: { push: queue.push } }, execArgv, args: [url] })
  const lambda = remote<Lambda>(started.call, 'function', ['sync', 'link', 'usage'])
  return {
    url,
    control,
    counts,
    rows,
    usage: async () => ({ box: await wechat.usage(), function: await lambda.usage() }),
    /** Syncs, and waits until all that was queued is worked in; the function's clock is that much ahead. */
    async sync(aheadMs: number): Promise<SyncReport> {
      const report = await lambda.sync(aheadMs)
      if (!report.complete) throw new Error(`the sync run is ${report.state}`)
      await queue.drained()
      return report
    },
    close: async () => void (await Promise.all([started.stop(), wechat.stop()])),
  }
}
