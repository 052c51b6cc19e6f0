/** Metrics, as lines of the log that CloudWatch reads (EMF). */

import { MetricUnit, Metrics as Powertools } from '@aws-lambda-powertools/metrics'

import type { Metrics } from '../ports.ts'

/** Creates the metrics of one function. */
export function createMetrics(): Metrics {
  const powertools = new Powertools({ namespace: 'queqiao' })
  return {
    count(name, dimensions = {}) {
      const metric = powertools.singleMetric()
      for (const [key, value] of Object.entries(dimensions)) metric.addDimension(key, value)
      metric.addMetric(name, MetricUnit.Count, 1)
    },
  }
}
