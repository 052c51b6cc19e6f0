/** The part of docs/deploy.md that tells what a month costs, in both languages. */

import { hours, kept, listed, perMillion, templates } from './counts.ts'
import { appParts, fixedParts, millionParts, monthOf, readPrices } from './month.ts'

const volumes = [10_000, 100_000, 10_000_000]

export type CostTexts = { readonly english: string; readonly chinese: string }

export async function costTexts(): Promise<CostTexts> {
  const prices = await readPrices()
  const months = await Promise.all(volumes.map(async it => ({ volume: it, ...(await monthOf(it, prices)) })))
  const parts = await fixedParts(prices)
  const [official, mini] = [await appParts('official', prices), await appParts('mini', prices)]
  const whole = (it: number) => rounded(it).toLocaleString('en-US')
  const rows = months.map(it => [it.volume, it.fixed, it.messages, it.storage, it.together].map(whole))
  const table = [['messages a day', 'fixed', 'messages', 'storage', 'together'], ...rows]
  const { gb = 0, together: most = 0 } = months.at(-1) ?? {}
  const [low, middle] = months
  return {
    english: [
      `A month of ${hours / 24} days in ${prices.region}, the default region, in US$, without free tiers, rounded:\n`,
      `${tableOf(table)}\n`,
      fixedLine(parts),
      appsLine(official, mini),
      millionLine(millionParts(prices)),
      listedLine(listed.writes * prices.of('writeMillion')),
      `- **Storage**: a delivery and its receipt, with its share of an attempt ${kept.kbPerMessage} KB, are kept for ${kept.days} days: ${whole(gb)} GB at\n  ten million a day; point-in-time recovery nearly doubles their price.`,
    ].join('\n'),
    chinese:
      `每月费用（默认区域 ${prices.region}，美元，不计免费额度）：每天 1 万条约 ${whole(low?.together ?? 0)}，10 万条约 ${whole(middle?.together ?? 0)}，` +
      `1000 万条约 ${whole(most)}；\n其中固定 ${whole(low?.fixed ?? 0)}（NAT 网关 ${whole(parts.nat)}，用 NAT 实例为 ${whole(parts.machine)}）。` +
      `每增加一个服务号约 ${official.together.toFixed(2)}，每增加一个小程序约 ${mini.together.toFixed(2)}。`,
  }
}

type Fixed = Awaited<ReturnType<typeof fixedParts>>

function fixedLine({ nat, machine, alarms, dashboard, metrics, template, looks, idle }: Fixed): string {
  const sent = templates.count * template
  return (
    `- **Fixed**: the NAT with its address ${nat.toFixed(0)} (\`nat-instance\`: ${machine.toFixed(0)}, see [the address](configuration.md#the-deployment)), ${alarms.count}\n` +
    `  alarms ${alarms.price.toFixed(0)}, the dashboard ${dashboard.toFixed(0)}, our metrics and those of the callback's routes ${metrics.toFixed(0)}, ${templates.count} templates with ${templates.outcomes} outcomes\n` +
    `  each, a metric for each, ${sent.toFixed(0)}: ${template.toFixed(2)} for each further template; functions and queues that look every minute whether there is\n  work ${idle.toFixed(0)}; the self-check every 15 minutes ${looks.toFixed(2)}, with its alarm and metric among those.`
  )
}

type OfApp = Awaited<ReturnType<typeof appParts>>

function appsLine(official: OfApp, mini: OfApp): string {
  const [accounts, programs] = [official, mini].map(it => it.together.toFixed(2))
  return (
    `- **Each further Official Account**, ${accounts}: ${official.count} alarms ${official.alarms.toFixed(2)}, its metrics ${official.metrics.toFixed(2)}, a look each minute whether a walk is\n` +
    `  due ${official.looks.toFixed(2)}; its templates come on top. **Each further mini program**, ${programs}: ${mini.count} alarms ${mini.alarms.toFixed(2)}, its metrics ${mini.metrics.toFixed(2)}.`
  )
}

function millionLine(parts: ReturnType<typeof millionParts>): string {
  const { http, tables, queues, functions, logs, nat, out } = mapped(parts)
  const all = Object.values(parts).reduce((sum, it) => sum + it)
  const it = perMillion
  return (
    `- **A million messages**, ${all.toFixed(2)}: API Gateway for the receipts that come back ${http}; DynamoDB, ${it.writes} writes and ${it.reads} reads each,\n` +
    `  ${tables}; SQS, ${it.queueRequests} requests each, ${queues}; Lambda ${functions}, half of it the callbacks; logs of functions and API ${logs}; ${it.natGb} GB through the\n` +
    `  NAT ${nat}, ${it.outGb} GB of data out ${out}. The hundredth of a write is the attempt, one for up to a hundred messages; where they come\n` +
    '  one by one it is a third write each. KMS, for the secrets, is cents, and counted.'
  )
}

function listedLine(price: number): string {
  return (
    `- **A million messages that wait or are not delivered**, ${price.toFixed(2)} more: ${listed.writes} writes of the index of \`GET /deliveries\`, one in and one out.\n` +
    '  What WeChat simply takes is never written to it, and costs nothing for it.'
  )
}

function mapped<K extends string>(parts: Readonly<Record<K, number>>): Record<K, string> {
  const texts = Object.entries<number>(parts).map(([name, it]) => [name, it.toFixed(2)])
  return Object.fromEntries(texts) as Record<K, string>
}

/** Three digits are all that such a sum is worth. */
function rounded(it: number): number {
  return it < 1000 ? Math.round(it) : Number(it.toPrecision(3))
}

function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const lines = rows.map(row => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
  const [head = '', ...body] = lines
  return [head, `| ${widths.map(it => '-'.repeat(it)).join(' | ')} |`, ...body].join('\n')
}
