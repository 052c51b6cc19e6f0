/** One sync run: what it took, beside the calls that any sync run makes. */

import { batchSize } from '../../lib/followers/follower-batches.ts'
import { pageSize } from '../../lib/sync/plan.ts'
import { fetchToken } from '../addressees.ts'
import { openidOf } from '../wechat/ids.ts'
import { runBareLoop } from './bare-loop.ts'
import type { Counts } from './counts.ts'
import type { World } from './world.ts'

/** A sync run of so many followers, since the last one of whom so many were added and removed. */
export type Run = {
  readonly title: string
  readonly followers: number
  readonly added: number
  readonly removed: number
}
export type Measured = Run & {
  readonly seconds: number
  /** What its calls take where nothing else takes time: the pages one after the other, or the batches so many at once. */
  readonly boundSeconds: number
  /** The same calls by a plain client that does nothing with the answers, in the same run; absent if it was not made. */
  readonly bareSeconds?: number
  /** Calls of WeChat. */
  readonly userGet: number
  readonly batchget: number
  readonly otherCalls: number
  readonly rowsRead: number
  readonly rowsWritten: number
  /** Of the function, since it began. */
  readonly peakMb: number
  /** Processor time as a share of one core. */
  readonly shares: { readonly function: number; readonly wechat: number; readonly stores: number }
}

/** WeChat may be asked so often at once: five invocations of link-followers with four batches each. */
const atOnce = 20

type Given = { readonly aheadMs: number; readonly latencyMs: number; readonly isBare: boolean }

/** Syncs, then makes the same calls barely if that is wanted; throws unless the rows say afterwards of everybody what is so. */
export async function measure(world: World, run: Run, { aheadMs, latencyMs, isBare }: Given): Promise<Measured> {
  const before = await snapshot(world)
  const began = performance.now()
  const report = await world.sync(aheadMs)
  const seconds = (performance.now() - began) / 1000
  const after = await snapshot(world)
  expectRight(run, { report, following: world.rows.following() })
  const { '/cgi-bin/user/get': userGet = 0, '/cgi-bin/user/info/batchget': batchget = 0, ...others } = after.calls
  const bare = isBare ? { bareSeconds: await runBarely(world.url, run) } : {}
  await world.list.counts()
  const spent = (who: 'function' | 'wechat' | 'stores') =>
    (after.usage[who].cpuSeconds - before.usage[who].cpuSeconds) / seconds
  const rows = (name: keyof Counts) => after.counts[name] - before.counts[name]
  return {
    ...run,
    ...bare,
    ...{ seconds, boundSeconds: boundOf(run, latencyMs), userGet, batchget },
    otherCalls: Object.values(others).reduce((sum, it) => sum + it, 0),
    ...{ rowsRead: rows('linkRowsRead'), rowsWritten: rows('linkRowsWritten'), peakMb: after.usage.function.peakMb },
    shares: { function: spent('function'), wechat: spent('wechat'), stores: spent('stores') },
  }
}

async function snapshot({ usage, list, counts }: World) {
  return { usage: await usage(), calls: (await list.counts()).calls, counts: { ...counts } }
}

type Found = { readonly report: { readonly added: number; readonly removed: number }; readonly following: number }

function expectRight({ title, followers, added, removed }: Run, { report, following }: Found): void {
  const [wanted, found] = [
    [added, removed, followers],
    [report.added, report.removed, following],
  ].map(String)
  if (wanted !== found) throw new Error(`${title}: added, removed and following should be ${wanted}, and are ${found}`)
}

/** The seconds that no sync run can do without, whatever it does. */
export function boundOf({ followers, added }: Pick<Run, 'followers' | 'added'>, latencyMs: number): number {
  const [pages, batches] = [Math.ceil(followers / pageSize), Math.ceil(added / batchSize)]
  return Math.max(pages, batches / atOnce) * (latencyMs / 1000)
}

/** The pages and the batches, beside each other, as a sync run makes them. */
async function runBarely(url: string, { followers, added }: Run): Promise<number> {
  const people = {
    size: () => followers,
    openids: (numbers: readonly number[]) => numbers.map(openidOf),
  }
  const began = performance.now()
  const loop = { url, people, batches: Math.ceil(added / batchSize), width: atOnce }
  await Promise.all([getPages(url, Math.ceil(followers / pageSize)), runBareLoop(loop, () => undefined)])
  return (performance.now() - began) / 1000
}

/** Asks for one page after the other, wherever the last one ended. */
async function getPages(url: string, pages: number): Promise<void> {
  const token = await fetchToken(url)
  for (let page = 0; page < pages; page++) {
    const after = page === 0 ? '' : `&next_openid=${openidOf(page * pageSize - 1)}`
    const answer = await fetch(`${url}/cgi-bin/user/get?access_token=${token}${after}`)
    await answer.arrayBuffer()
  }
}
