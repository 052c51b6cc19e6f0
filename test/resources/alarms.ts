/** What alarms can watch: the metrics that AWS documents, and those that the code writes into the log for CloudWatch (EMF). */

import { createMetrics } from '../../lib/adapters/metrics.ts'
import { findCalls } from '../log-calls.ts'
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

let found: ReturnType<typeof findCalls> | undefined

/** Counts or gauges what the code does, in each place of it, and reads what is written. */
export async function emitted(): Promise<Watchable> {
  const written = writtenMetrics()
  const metrics = createMetrics()
  found ??= findCalls()
  const calls = found.metrics
  await inOneInvocation(async () => {
    for (const { kind, name, names } of calls) {
      const valued = Object.fromEntries(names.map(it => [it, 'a']))
      if (kind === 'gauge') metrics.gauge(name as 'SyncAgeHours', 1, valued)
      else metrics.count(name as 'SyncCompleted', valued)
    }
  })
  const told = written().flatMap(metricsIn)
  return new Map(told.map(it => [nameOf(it.namespace, it.metric, Object.keys(it.dimensions)), it.unit]))
}
