/** What alarms can watch: the metrics that AWS documents, and those that the code writes into the log for CloudWatch (EMF). */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { createMetrics } from '../../lib/adapters/metrics.ts'
import { inOneInvocation, metricsIn, writtenMetrics } from '../written-metrics.ts'

/** A metric with the names of its dimensions, as `AWS/SQS ApproximateAgeOfOldestMessage by QueueName`, and its unit. */
export type Watchable = ReadonlyMap<string, string>

const queue = { ApproximateAgeOfOldestMessage: 'Seconds', ApproximateNumberOfMessagesVisible: 'Count' }
const lambda = { Duration: 'Milliseconds', Errors: 'Count', RecursiveInvocationsDropped: 'Count', Throttles: 'Count' }
const api = { '4xx': 'Count', '5xx': 'Count' }

/**
 * By the pages "Available CloudWatch metrics for Amazon SQS", "Types of metrics for Lambda functions" and "Monitor
 * CloudWatch metrics for HTTP APIs in API Gateway": each of them once a minute. And by "Amazon CloudWatch metrics for Amazon
 * EC2 Auto Scaling", once a minute where the group says that it is collected.
 */
export const documented: Watchable = new Map([
  ...Object.entries(queue).map(([name, unit]) => [nameOf('AWS/SQS', name, ['QueueName']), unit] as const),
  ...Object.entries(lambda).map(([name, unit]) => [nameOf('AWS/Lambda', name, ['FunctionName']), unit] as const),
  [nameOf('AWS/AutoScaling', 'GroupInServiceInstances', ['AutoScalingGroupName']), 'None'],
  ...Object.entries(api).flatMap(([name, unit]) => [
    [nameOf('AWS/ApiGateway', name, ['ApiId']), unit] as const,
    [nameOf('AWS/ApiGateway', name, ['ApiId', 'Method', 'Resource', 'Stage']), unit] as const,
  ]),
])

export function nameOf(namespace: string, metric: string, dimensions: readonly string[]): string {
  return `${namespace} ${metric} by ${[...dimensions].sort().join(', ')}`
}

const made = /\b(count|gauge)\(\s*'([A-Z]\w+)'(?:,(?:\s*\w+,)?\s*\{([^}]*)\})?/g

/** Finds each place of lib/ that counts or gauges, makes the same call, and reads what is written. */
export async function emitted(): Promise<Watchable> {
  const written = writtenMetrics()
  const metrics = createMetrics()
  const calls = (await sources()).flatMap(it => [...it.matchAll(made)])
  await inOneInvocation(async () => {
    for (const [, kind, name = '', dimensions = ''] of calls) {
      const keys = dimensions.split(',').flatMap(it => it.trim().match(/^\w+/)?.[0] ?? [])
      const valued = Object.fromEntries(keys.map(it => [it, 'a']))
      if (kind === 'gauge') metrics.gauge(name as 'SyncAgeHours', 1, valued)
      else metrics.count(name as 'SyncCompleted', valued)
    }
  })
  const told = written().flatMap(metricsIn)
  return new Map(told.map(it => [nameOf(it.namespace, it.metric, Object.keys(it.dimensions)), it.unit]))
}

async function sources(): Promise<string[]> {
  const lib = join(import.meta.dirname, '../../lib')
  const files = (await readdir(lib, { recursive: true })).filter(it => it.endsWith('.ts'))
  return Promise.all(files.map(it => readFile(join(lib, it), 'utf8')))
}
