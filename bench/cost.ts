/** Cost: what a million messages and a month take, in the naive way, the typical one, and ours. */

import { countAlarms } from '../tools/costs/counts.ts'
import { readPrices } from '../tools/costs/prices.ts'
import { latency, memoryMb } from './cost/assumptions.ts'
import { measureWays } from './cost/measure.ts'
import { countRows, measuredRows, priceRows } from './cost/rows.ts'
import { loadNow } from './machine.ts'
import type { Part } from './part.ts'

export const cost: Part = {
  name: 'cost',
  title: 'Cost: a million messages with their receipts, and a month at three sizes, in three regions.',
  rounds: 1,
  async measure({ isShort, tell }) {
    const usages = await measureWays(tell)
    const counted = countRows(usages)
    if (isShort) return { rows: counted }
    const [{ asOf, regions }, alarms] = [await readPrices(), await countAlarms()]
    const measured = measuredRows(usages).map(it => ({ ...it, load: loadNow() }))
    const facts = {
      'prices as of': asOf,
      'WeChat answers after (ms)': latency.wechatMs,
      'AWS answers after (ms)': latency.awsMs,
      'memory of a function (MB)': memoryMb,
    }
    return { rows: [...counted, ...measured, ...regions.flatMap(it => priceRows(usages, alarms.all, it))], facts }
  },
}
