/** WeChat in a box, the function, and between them the stores and the queue, which this process holds. */

import type { SyncReport } from '../../lib/sync/sync-followers.ts'
import { remote } from './peer.ts'
import { startFunction, startWeChat } from './processes.ts'
import { createQueue } from './queue.ts'
import { createStores } from './stores.ts'
import type { Usage } from './usage.ts'

type Box = { url(): Promise<string>; usage(): Promise<Usage> }
type Lambda = {
  sync(aheadMs: number): Promise<SyncReport>
  link(bodies: readonly string[]): Promise<readonly string[]>
  usage(): Promise<Usage>
}
export type World = Awaited<ReturnType<typeof openWorld>>
export type Control = (path: string, body?: object) => Promise<unknown>

/** Opens it; each of WeChat's calls takes so long. */
export async function openWorld(latencyMs: number) {
  const wechat = startWeChat()
  const box = remote<Box>(wechat.call, 'box', ['url', 'usage'])
  const url = await box.url()
  const control = createControl(url)
  if (latencyMs > 0) await control('/faults', { path: '*', kind: 'slow', ms: latencyMs, times: 1_000_000_000 })
  const { counts, rows, services } = createStores()
  const queue = createQueue(bodies => lambda.link(bodies))
  const started = await startFunction(url, { ...services, queue: { push: queue.push } })
  const lambda = remote<Lambda>(started.call, 'function', ['sync', 'link', 'usage'])
  return {
    url,
    control,
    counts,
    rows,
    usage: async () => ({ box: await box.usage(), function: await lambda.usage() }),
    /** Walks, and waits until all that was queued is worked in; the function's clock is that much ahead. */
    async sync(aheadMs: number): Promise<SyncReport> {
      const report = await lambda.sync(aheadMs)
      if (!report.complete) throw new Error(`the walk is ${report.state}`)
      await queue.drained()
      return report
    },
    close() {
      started.stop()
      wechat.stop()
    },
  }
}

function createControl(url: string): Control {
  return async (path, body) => {
    // A socket that is kept may be closed by the box while we look through a million links.
    const headers = { connection: 'close' }
    const post = body && { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`${url}/_box${path}`, { headers, ...post })
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
    return answer.json()
  }
}
