/** Metrics, as log lines that CloudWatch reads (EMF). */

import { MetricUnit, Metrics as Powertools } from '@aws-lambda-powertools/metrics'

import type { AllMetrics } from '../ports.ts'
import { atEnd } from './invocation.ts'

type Dimensions = Readonly<Record<string, string>>

/** Creates the metrics of one function: written at the end of an invocation, one line for each set of dimensions. */
export function createMetrics(): AllMetrics {
  const kept = new Map<string, Powertools>()
  atEnd(requestId => {
    for (const line of kept.values()) line.addMetadata('requestId', requestId).publishStoredMetrics()
    kept.clear()
  })
  const lineOf = (dimensions: Dimensions) => {
    const key = JSON.stringify(Object.entries(dimensions).sort())
    const line = kept.get(key) ?? new Powertools({ namespace: 'queqiao', defaultDimensions: dimensions })
    kept.set(key, line)
    return line
  }
  return {
    count: (name, dimensions = {}, times = 1) => void lineOf(dimensions).addMetric(name, MetricUnit.Count, times),
    gauge: (name, value, dimensions = {}) => void lineOf(dimensions).addMetric(name, MetricUnit.NoUnit, value),
  }
}
