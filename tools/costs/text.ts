/** The part of docs/deploy.md that tells what a month costs, in both languages, from the last run of the bench. */

import { countAlarms, hours, kept, listed, outcomes } from './counts.ts'
import { type CostRun, type Figure, readCostRun } from './figures.ts'
import { appParts, natOf } from './month.ts'
import { millionName, monthName, type partNames, volumes } from './names.ts'
import { defaultRegion, type Prices, readPrices } from './prices.ts'

export type CostTexts = { readonly english: string; readonly chinese: string }
type Given = {
  readonly run: CostRun
  readonly prices: Prices
  readonly regions: readonly Prices[]
  readonly asOf: string
}

export async function costTexts(): Promise<CostTexts> {
  const [run, { asOf, regions }, alarms] = [await readCostRun(), await readPrices(), await countAlarms()]
  const prices = regions.find(it => it.region === defaultRegion)
  if (prices === undefined) throw new Error(`docs/prices.json has no ${defaultRegion}`)
  const given: Given = { run, prices, regions, asOf }
  const apps = { official: appParts('official', alarms.official, prices), mini: appParts('mini', alarms.mini, prices) }
  return {
    english: [
      `A month of ${hours / 24} days and a million messages with their receipts, without free tiers and taxes, rounded. *Naive* is a Lambda for\neach message, *typical* a client library in a Lambda (\`bench/cost/assumptions.ts\` says what is assumed of each):\n`,
      `${costTable(given)}\n`,
      fixedLine(given, alarms.all),
      appsLine(apps, alarms),
      millionLine(given),
      listedLine(prices),
      storageLine(given),
      sourceLine(given),
    ].join('\n'),
    chinese: chineseText(given, apps),
  }
}

/** A row for each region and size. */
function costTable({ run, regions }: Given): string {
  const row = (name: string, { naive, typical, ours }: Figure, currency: string) => [
    name,
    ...[naive, typical, ours].map(it => `${rounded(it)} ${currency}`),
  ]
  const rows = regions.flatMap(({ region, currency }) => [
    ...volumes.map(it =>
      row(`${region}, a month of ${it.toLocaleString('en')} a day`, run.of(monthName(region, it)), currency),
    ),
    row(`${region}, a million messages`, run.of(millionName(region)), currency),
  ])
  return tableOf([['', 'naive', 'typical', 'ours'], ...rows])
}

function fixedLine({ run, prices }: Given, alarms: number): string {
  const part = (name: (typeof partNames.fixed)[number]) =>
    run.of(monthName(defaultRegion, 'fixed', name)).ours.toFixed(2)
  const each = (outcomes * prices.of('metricMonth')).toFixed(2)
  return (
    `- **Fixed**, ${run.of(monthName(defaultRegion, 'fixed')).ours.toFixed(2)} in ${defaultRegion}: the NAT with its address ${part('nat')} (\`nat-instance\`: ${natOf('instance', prices).toFixed(2)}, see [the address](configuration.md#the-deployment)),\n` +
    `  ${alarms} alarms ${part('alarms')}, the dashboard ${part('dashboards')}, our metrics and those of the callback's routes ${part('metrics')} (\`TEMPLATE_METRICS=on\`: ${each} more for each\n` +
    `  template); functions and queues that look every minute whether there is work, and the self-check every 15 minutes, ${part('idle')}.`
  )
}

type Apps = Readonly<Record<'official' | 'mini', ReturnType<typeof appParts>>>

function appsLine({ official, mini }: Apps, alarms: { official: number; mini: number }): string {
  return (
    `- **Each further Official Account**, ${official.together.toFixed(2)}: ${alarms.official} alarms ${official.alarms.toFixed(2)}, its metrics ${official.metrics.toFixed(2)}, a look each minute whether a walk is\n` +
    `  due ${official.looks.toFixed(2)}. **Each further mini program**, ${mini.together.toFixed(2)}: ${alarms.mini} alarms ${mini.alarms.toFixed(2)}, its metrics ${mini.metrics.toFixed(2)}.`
  )
}

function millionLine({ run }: Given): string {
  const part = (name: (typeof partNames.million)[number]) => run.of(millionName(defaultRegion, name)).ours.toFixed(2)
  const each = (name: string) => rounded(run.of(`${name} for each message`).ours)
  return (
    `- **A million messages**, ${run.of(millionName(defaultRegion)).ours.toFixed(2)} in ${defaultRegion}: the HTTP API for the receipts that come back ${part('http')}; DynamoDB, ${each('write units')} writes and ${each('read units')}\n` +
    `  reads each, ${part('tables')}; SQS, ${each('requests of SQS')} requests each, ${part('queues')}; Lambda ${part('functions')}; logs of functions and API, taken in and kept for a month, ${part('logs')};\n` +
    `  ${each('KB through the NAT')} KB of each through the NAT ${part('nat')}, ${each('KB out')} KB of data out ${part('out')}. KMS, for the secrets, is cents, and counted.`
  )
}

function listedLine(prices: Prices): string {
  return (
    `- **A million messages that wait or are not delivered**, ${(listed.writes * prices.of('writeMillion')).toFixed(2)} more: ${listed.writes} writes of the index of \`GET /deliveries\`, one in and one out.\n` +
    '  What WeChat simply takes is never written to it, and costs nothing for it.'
  )
}

function storageLine({ run }: Given): string {
  const most = volumes[2]
  const kb = run.of('KB kept for each message').ours
  const price = run.of(monthName(defaultRegion, most, 'storage')).ours.toFixed(2)
  return (
    `- **Storage**: a delivery and its receipt, ${rounded(kb)} KB, are kept for ${kept.days} days: ${rounded((most * kept.days * kb) / 1e6)} GB at\n` +
    `  ten million a day, ${price} a month; point-in-time recovery nearly doubles their price.`
  )
}

function sourceLine({ run, asOf, regions }: Given): string {
  const read = regions.map(
    ({ region, read }) => `${region} ${read.source} on AWS's page, ${read.copy} in a copy, ${read.memory} from memory`,
  )
  return (
    `- **Where from**: calls, units, bytes and GB-seconds are those of the run of ${run.date} at commit ${run.commit} ([performance](performance.md#cost)), prices those of\n` +
    `  [prices.json](prices.json) as of ${asOf}, which says of each where it was read: ${read.join('; ')}.`
  )
}

function chineseText({ run, prices, regions }: Given, { official, mini }: Apps): string {
  const lines = regions.map(({ region, currency }) => {
    const month = (volume: (typeof volumes)[number]) => rounded(run.of(monthName(region, volume)).ours)
    const million = run.of(millionName(region))
    return (
      `- ${region}（${currency}）：每天 1 万条每月约 ${month(volumes[0])}，10 万条约 ${month(volumes[1])}，1000 万条约 ${month(volumes[2])}；每百万条消息（含回执）${million.ours.toFixed(2)}，` +
      `用客户端库的常见写法 ${million.typical.toFixed(2)}，逐条调用的写法 ${million.naive.toFixed(2)}。`
    )
  })
  const fixed = run.of(monthName(defaultRegion, 'fixed')).ours
  return [
    '每月费用，不计免费额度和税：\n',
    ...lines,
    `- ${defaultRegion} 每月固定约 ${rounded(fixed)}（NAT 网关 ${rounded(natOf('gateway', prices))}，用 NAT 实例为 ${rounded(natOf('instance', prices))}）；每增加一个服务号约 ${official.together.toFixed(2)}，每增加一个小程序约 ${mini.together.toFixed(2)}。`,
  ].join('\n')
}

/** Three digits are all that such a sum is worth. */
function rounded(value: number): string {
  if (value < 10) return value.toFixed(2)
  return value < 1000 ? value.toFixed(0) : Number(value.toPrecision(3)).toLocaleString('en-US')
}

function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
  const lines = rows.map(row => `| ${row.map(pad).join(' | ')} |`)
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  const [head = '', ...body] = lines
  return [head, `| ${rule.join(' | ')} |`, ...body].join('\n')
}
