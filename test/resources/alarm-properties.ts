/** The alarms as a template says them. */

import * as v from 'valibot'

import { resourcesOf, type Template } from './packaged.ts'

const alarmProperties = v.looseObject({
  AlarmName: v.string(),
  AlarmDescription: v.pipe(v.string(), v.maxLength(1024)),
  Namespace: v.string(),
  MetricName: v.string(),
  Dimensions: v.array(v.object({ Name: v.string(), Value: v.unknown() })),
  Statistic: v.optional(v.picklist(['Sum', 'Maximum', 'Minimum'])),
  ExtendedStatistic: v.optional(v.literal('p99')),
  ComparisonOperator: v.picklist(['GreaterThanThreshold', 'LessThanThreshold']),
  Threshold: v.number(),
  Period: v.number(),
  EvaluationPeriods: v.number(),
  DatapointsToAlarm: v.optional(v.number()),
  TreatMissingData: v.picklist(['notBreaching', 'breaching']),
})
export type Alarm = v.InferOutput<typeof alarmProperties>

/** The alarms of a template. */
export const alarmsOf = (template: Template) =>
  Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm')).map(it => v.parse(alarmProperties, it.Properties))
