/** A lean WeChat and AWS in memory, with followers, their links and a token. */

import { sum } from '../figures.ts'
import { cores, pin } from '../pin.ts'
import { linkRows, tokenRow } from './load.ts'
import { startAws, startStandIn } from './processes.ts'
import { standInToken } from './stand-in-token.ts'

export type World = Awaited<ReturnType<typeof openWorld>>

/** Opens it; WeChat answers each send after so long, until it is told otherwise. */
export async function openWorld() {
  const [wechat, aws] = [startStandIn(), startAws()]
  const [url, awsUrl] = await Promise.all([wechat.url(), aws.url()])
  await aws.fill('links', linkRows())
  await aws.fill('tokens', [tokenRow(standInToken)])
  const isPinned = (await Promise.all([wechat.pid, aws.pid].map(it => pin(it, cores.otherSide)))).every(Boolean)
  const used = async () => sum((await Promise.all([wechat.usage(), aws.usage()])).map(it => it.cpuSeconds))
  return {
    ...{ wechat, url, aws, awsUrl, isPinned },
    /** Runs something; the share of a core that the other side used meanwhile, in percent, beside its result. */
    async beside<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly otherSide: number }> {
      const [before, began] = [await used(), performance.now()]
      const result = await work()
      const seconds = (performance.now() - began) / 1000
      return { result, otherSide: (100 * ((await used()) - before)) / seconds }
    },
  }
}
