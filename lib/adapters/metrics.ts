/** Metrics, as lines of the log that CloudWatch reads (EMF). */

import { MetricUnit, Metrics as Powertools } from '@aws-lambda-powertools/metrics'

import type { Gauges, Metrics } from '../ports.ts'

/** Creates the metrics of one function. */
export function createMetrics(): Metrics & Gauges {
  const powertools = new Powertools({ namespace: 'queqiao' })
  return {
    count(name, dimensions = {}, times = 1) {
      const metric = powertools.singleMetric()
      for (const [key, value] of Object.entries(dimensions)) metric.addDimension(key, value)
      metric.addMetric(name, MetricUnit.Count, times)
    },
    gauge(name, value, dimensions = {}) {
      const metric = powertools.singleMetric()
      for (const [key, of] of Object.entries(dimensions)) metric.addDimension(key, of)
      metric.addMetric(name, MetricUnit.NoUnit, value)
    },
  }
}
