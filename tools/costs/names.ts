/** What the rows of the bench's part cost are called, for whoever writes them and whoever reads them. */

/** Messages a day. */
export const volumes = [10_000, 100_000, 10_000_000] as const
export type Volume = (typeof volumes)[number]

export const partNames = {
  million: ['http', 'tables', 'queues', 'functions', 'logs', 'nat', 'out'],
  fixed: ['nat', 'alarms', 'dashboards', 'metrics', 'idle'],
} as const

const words: Readonly<Record<string, string>> = {
  http: 'HTTP API',
  tables: 'DynamoDB',
  queues: 'SQS',
  functions: 'Lambda',
  logs: 'logs',
  nat: 'NAT',
  out: 'data out',
  idle: 'functions and queues that look for work',
}

/** A million messages, or a part of them. */
export function millionName(region: string, part?: (typeof partNames.million)[number]): string {
  return `a million messages, ${region}${suffix(part)}`
}

/** A month with so many messages a day, or what of it is fixed; or a part of either. */
export function monthName(
  region: string,
  of: Volume | 'fixed',
  part?: (typeof partNames.fixed)[number] | 'storage',
): string {
  const what = of === 'fixed' ? 'what is fixed' : `${of.toLocaleString('en')} messages a day`
  return `a month, ${what}, ${region}${suffix(part)}`
}

function suffix(part: string | undefined): string {
  return part === undefined ? '' : `: ${words[part] ?? part}`
}
