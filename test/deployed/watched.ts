/** What watches the stage, and what holds back who asks too much: as it is deployed, not only as the template has it. */

import { isDeepStrictEqual } from 'node:util'

import * as v from 'valibot'

import { table, triggerOf } from '../resources/alarm-suite.ts'
import { type Aws, readAlarms, readApiStage, readOutputs, readResources } from './aws.ts'
import type { World } from './checks.ts'
import { stack } from './stage.ts'

const alarms = v.object({
  MetricAlarms: v.array(
    v.looseObject({
      AlarmName: v.string(),
      MetricName: v.string(),
      Statistic: v.optional(v.string()),
      ExtendedStatistic: v.nullish(v.string()),
      ComparisonOperator: v.string(),
      Threshold: v.number(),
      Period: v.number(),
      EvaluationPeriods: v.number(),
      DatapointsToAlarm: v.optional(v.number()),
      Dimensions: v.array(v.object({ Name: v.string(), Value: v.string() })),
    }),
  ),
})
/** Those that only a parameter brings, which this deployment does not set. */
const optional = /^(ImageChecks|CheckImages|CheckDashimages|NatDown|PassOn|ForwardFailing)/
/** Where a dimension names something that this stack has made. */
const owned = ['QueueName', 'FunctionName', 'ApiId']
const callback = { ThrottlingRateLimit: 2500, ThrottlingBurstLimit: 1250, DetailedMetricsEnabled: true }
const settings = v.object({ routeSettings: v.record(v.string(), v.record(v.string(), v.unknown())) })

/** The alarms of the stage, each by its name there. */
export async function readStageAlarms(aws: Aws) {
  const { MetricAlarms } = v.parse(alarms, await readAlarms(aws, `${stack}-`))
  return MetricAlarms.map(it => ({ ...it, name: it.AlarmName.slice(stack.length + 1) }))
}

export async function playWatched({ trials, ministack: { aws } }: World): Promise<void> {
  await trials.play('The alarms are there, each with its metric and when it calls', '告警', async () => {
    const deployed = await readStageAlarms(aws)
    const found = deployed.map(it => [it.name, it.MetricName, triggerOf(it)])
    const wanted = table.filter(([name]) => !optional.test(name)).map(([name, metric, , when]) => [name, metric, when])
    if (!isDeepStrictEqual(found.toSorted(), wanted.toSorted())) throw new Error(JSON.stringify(found))
    const made = (await readResources(aws, stack)).map(it => it.PhysicalResourceId.split('/').at(-1))
    const watched = deployed.flatMap(it => it.Dimensions.filter(({ Name }) => owned.includes(Name)))
    const strange = watched.filter(it => !made.includes(it.Value))
    if (strange.length > 0) throw new Error(`watched, and not the stage’s: ${JSON.stringify(strange)}`)
    return { result: undefined, told: `${found.length} alarms; of what is made here ${watched.length} are watched` }
  })
  await trials.play('POST /callback has its own rate, burst and count', '回调限流', async () => {
    const { HttpApiId = '' } = await readOutputs(aws, stack)
    const { routeSettings } = v.parse(settings, await readApiStage(aws, HttpApiId))
    const entries = Object.entries(routeSettings['POST /callback'] ?? {})
    const found = Object.fromEntries(entries.map(([name, it]) => [name, JSON.parse(`${it}`)]))
    if (!isDeepStrictEqual(found, callback)) throw new Error(JSON.stringify(routeSettings))
    return { result: undefined, told: JSON.stringify(found) }
  })
}
