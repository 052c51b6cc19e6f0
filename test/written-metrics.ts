/** The metrics that our code writes into the log for CloudWatch (EMF), instead of into the test's output. */

import * as v from 'valibot'
import { onTestFinished, vi } from 'vitest'

import { invoke } from '../lib/adapters/invocation.ts'

const env = { POWERTOOLS_DEV: 'true', POWERTOOLS_METRICS_DISABLED: 'false', POWERTOOLS_SERVICE_NAME: 'queqiao-prod' }
const line = v.looseObject({ _aws: v.looseObject({}) })

export type Written = v.InferOutput<typeof line>

const written = v.pipe(
  v.object({
    _aws: v.object({
      CloudWatchMetrics: v.tuple([
        v.object({
          Namespace: v.string(),
          Dimensions: v.tuple([v.array(v.string())]),
          Metrics: v.array(v.object({ Name: v.string(), Unit: v.string() })),
        }),
      ]),
    }),
  }),
  v.transform(it => it._aws.CloudWatchMetrics[0]),
)

/** What a line is to CloudWatch: each metric with its unit, its dimensions and its values. */
export function metricsIn(line: Written) {
  const { Namespace: namespace, Dimensions, Metrics } = v.parse(written, line)
  const dimensions = Object.fromEntries(Dimensions[0].map(it => [it, String(line[it])]))
  return Metrics.map(({ Name: metric, Unit: unit }) => {
    return { namespace, metric, unit, dimensions, values: [line[metric]].flat().map(Number) }
  })
}

/** Runs what counts, as one invocation: at its end all is written. */
export function inOneInvocation<R>(run: () => Promise<R>): Promise<R> {
  return invoke({ awsRequestId: 'request-1' }, run)
}

/** Listens until the test ends, as the stage `prod`; the answer gives what was written so far. */
export function writtenMetrics(): () => readonly Written[] {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const write = vi.spyOn(console, 'log').mockReturnValue()
  onTestFinished(() => {
    write.mockRestore()
    vi.unstubAllEnvs()
  })
  return () => write.mock.calls.map(([text]) => v.parse(line, JSON.parse(`${text}`)))
}
