/** What each function asks of AWS, and how much of its processor it takes, with so much data behind it. */

import { startAws } from '../aws/start.ts'
import { median } from '../figures.ts'
import { ourFunction, startFunction } from '../lambda/start.ts'
import { startWeChat } from '../wechat/start.ts'
import { type Ask, asks, listedEvery } from './asks.ts'

/** Of one invocation. */
export type Grown = {
  readonly title: string
  readonly size: number
  readonly calls: number
  readonly rows: number
  /** Of the function's processor. */
  readonly cpuMs: number
}

const warmUp = 5
const times = 25

/** So many people with three rows each, and as many deliveries. */
export async function measureAt(size: number): Promise<Grown[]> {
  const [aws, wechat] = [startAws({ latencyMs: 0 }), startWeChat({ most: 0, latencyMs: 0 })]
  const urls = { aws: await aws.url(), wechat: await wechat.url() }
  await aws.fill({ kind: 'links', people: size })
  await aws.fill({ kind: 'deliveries', events: size, listedEvery })
  await aws.fill({ kind: 'token' })
  const grown: Grown[] = []
  for (const ask of asks) {
    const container = await startFunction(ourFunction(ask.functionName), urls)
    const invoke = (from: number, to: number) => container.invoke(eventsOf(ask, { size, from, to }))
    await invoke(0, warmUp)
    await aws.counts()
    const { invoked } = await invoke(warmUp, warmUp + times)
    const { requests, rowsRead, rowsWritten } = await aws.counts()
    const calls = Object.values(requests).reduce((sum, it) => sum + it, 0)
    const cpuMs = median(invoked.map(it => it.cpuMs))
    grown.push({ title: ask.title, size, calls: calls / times, rows: (rowsRead + rowsWritten) / times, cpuMs })
    await container.stop()
  }
  await Promise.all([aws.stop(), wechat.stop()])
  return grown
}

function eventsOf({ event }: Ask, { size, from, to }: { size: number; from: number; to: number }): object[] {
  return Array.from({ length: to - from }, (_, index) => event(size, from + index))
}
