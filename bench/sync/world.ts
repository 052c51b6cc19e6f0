/** WeChat's list, the function as it is deployed, and between them the stores and the queue, which this process holds. */

import { join } from 'node:path'

import { remote } from '../../kit/peer.ts'
import { bundle, start } from '../../kit/processes.ts'
import { type Usage, usage } from '../../kit/usage.ts'
import type { SyncReport } from '../../lib/sync/order.ts'
import { startWeChat } from '../wechat/start.ts'
import { createQueue } from './queue.ts'
import { createStores } from './stores.ts'

type Lambda = {
  sync(aheadMs: number): Promise<SyncReport>
  link(bodies: readonly string[]): Promise<readonly string[]>
  usage(): Promise<Usage>
}
export type World = Awaited<ReturnType<typeof openWorld>>

/** What sync-followers may take, in MB, as it is deployed (serverless.yml); here link-followers runs in it too. */
export const memoryMb = 1024
/** Lambda's bootstrap gives a tenth of the memory to the young generation, half of it to each semi-space. */
const execArgv = [
  `--max-semi-space-size=${Math.floor(memoryMb / 20)}`,
  `--max-old-space-size=${memoryMb - Math.floor(memoryMb / 10)}`,
]

/** Opens it with room for so many people; each of WeChat's answers takes so long. */
export async function openWorld(most: number, latencyMs: number) {
  const list = startWeChat({ most, latencyMs })
  const url = await list.url()
  const { counts, rows, services } = createStores(most)
  const queue = createQueue(bodies => lambda.link(bodies))
  const file = await bundle(join(import.meta.dirname, './function.ts'))
  const all = { ...services, queue: { push: queue.push } }
  const started = start(file, { services: all, execArgv, args: [url] })
  const lambda = remote<Lambda>(started.call, 'function', ['sync', 'link', 'usage'])
  return {
    url,
    list,
    counts,
    rows,
    usage: async () => ({ wechat: await list.usage(), function: await lambda.usage(), stores: usage() }),
    /** Syncs, and waits until all that was queued is worked in; all clocks are that much ahead. */
    async sync(aheadMs: number): Promise<SyncReport> {
      await list.setClock(aheadMs)
      const report = await lambda.sync(aheadMs)
      if (!report.complete) throw new Error(`the sync run is ${report.state}`)
      await queue.drained()
      return report
    },
    close: async () => void (await Promise.all([started.stop(), list.stop()])),
  }
}
