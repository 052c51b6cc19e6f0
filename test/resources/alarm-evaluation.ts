/** Whether an alarm rings: by the page "Evaluating an alarm" of CloudWatch, for the statistics that our alarms use. */

import type { Alarm } from './alarm-properties.ts'

/** One value of a metric; `at` in ms. */
export type Datapoint = {
  readonly namespace: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly at: number
  readonly value: number
}

/** Tells whether it rings at the end of any period from the first datapoint to the last. `textOf` resolves a dimension. */
export function rings(alarm: Alarm, all: readonly Datapoint[], textOf: (value: unknown) => string): boolean {
  const values = all.filter(it => isWatched(it, alarm, textOf))
  const periodOf = ({ at }: Datapoint) => Math.floor(at / 1000 / alarm.Period)
  const byPeriod = Map.groupBy(values, periodOf)
  const ends = all.map(periodOf)
  return ends.some(end => {
    const last = Array.from({ length: alarm.EvaluationPeriods }, (_, back) => byPeriod.get(end - back))
    const breaching = last.filter(it => isBreaching(it, alarm))
    return breaching.length >= (alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods)
  })
}

function isWatched({ namespace, metric, dimensions }: Datapoint, alarm: Alarm, textOf: (value: unknown) => string) {
  const wanted = alarm.Dimensions.map(({ Name, Value }) => [Name, textOf(Value)])
  const isSame = JSON.stringify(wanted.toSorted()) === JSON.stringify(Object.entries(dimensions).toSorted())
  return namespace === alarm.Namespace && metric === alarm.MetricName && isSame
}

function isBreaching(period: readonly Datapoint[] | undefined, alarm: Alarm): boolean {
  if (period === undefined) return alarm.TreatMissingData === 'breaching'
  const value = statisticOf(
    period.map(it => it.value),
    alarm,
  )
  return alarm.ComparisonOperator === 'GreaterThanThreshold' ? value > alarm.Threshold : value < alarm.Threshold
}

function statisticOf(values: readonly number[], { Statistic, AlarmName }: Alarm): number {
  if (Statistic === 'Sum') return values.reduce((sum, it) => sum + it, 0)
  if (Statistic === 'Maximum') return Math.max(...values)
  if (Statistic === 'Minimum') return Math.min(...values)
  throw new Error(`${AlarmName} has a statistic that is not evaluated here`)
}
