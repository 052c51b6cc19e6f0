/** Each alarm of a template with everything turned on: what it watches, and how soon it calls. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import { type Alarm, alarmsOf } from './alarm-properties.ts'
import { documented, emitted, nameOf } from './alarms.ts'
import { resourcesOf, type Template } from './packaged.ts'

/** `queue EventsQueue`, as the template refers to it. */
function ownerOf({ Dimensions }: Alarm): string {
  const texts = Dimensions.filter(it => it.Name !== 'service').map(({ Value }) => JSON.stringify(Value))
  return texts
    .join(' ')
    .replaceAll(/["{}[\]]/g, '')
    .replaceAll(/Ref:|Fn::GetAtt:|,QueueName|LambdaFunction/g, '')
}

type Trigger = {
  readonly Statistic?: string | undefined
  readonly ExtendedStatistic?: string | null | undefined
  readonly ComparisonOperator: string
  readonly Threshold: number
  readonly Period: number
  readonly EvaluationPeriods: number
  readonly DatapointsToAlarm?: number | undefined
}

/** When an alarm calls, as the table has it; of a template or of a deployed one. */
export function triggerOf(alarm: Trigger): string {
  const { Statistic, ExtendedStatistic, ComparisonOperator, Threshold, Period, EvaluationPeriods } = alarm
  const sign = ComparisonOperator === 'GreaterThanThreshold' ? '>' : '<'
  const periods =
    alarm.DatapointsToAlarm === undefined ? EvaluationPeriods : `${alarm.DatapointsToAlarm} of ${EvaluationPeriods}`
  return `${ExtendedStatistic ?? Statistic} ${sign} ${Threshold}, ${periods} × ${Period} s`
}

const namesOf = ({ Dimensions }: Alarm) => Dimensions.map(it => it.Name)

function statisticFor(metric: string, unit: string | undefined): RegExp {
  if (unit === 'Milliseconds') return /^p99/
  return metric.startsWith('Approximate') || unit === 'None' ? /^(Maximum|Minimum)/ : /^Sum/
}

const once = 'Sum > 0, 1 × 300 s'
const laidAside = 'Maximum > 0, 1 × 300 s'
const throttled = 'Sum > 0, 3 × 300 s'
const aged = (seconds: number) => `Maximum > ${seconds}, 3 × 60 s`
const failing = (seconds: number) => `Maximum > ${seconds}, 1 of 3 × 300 s`
const route = 'HttpApi $default POST /callback'

type Row = readonly [name: string, metric: string, owner: string, trigger: string]

/** Those of one app: of each kind some. */
const rowsOf = (app: string): Row[] => [
  [`CallsCutOff-${app}`, 'BreakerOpened', app, once],
  [`TokenRefused-${app}`, 'TokenRefused', app, once],
  [`AddressNotAllowed-${app}`, 'AddressNotAllowed', app, once],
]
const rowsOfOfficial = (app: string): Row[] => [
  ...rowsOf(app),
  [`QuotaUsedUp-${app}`, 'QuotaUsedUp', app, once],
  [`QuotaLow-${app}`, 'QuotaLeftPercent', app, 'Minimum < 10, 1 × 600 s'],
  [`SyncRefused-${app}`, 'SyncRefused', app, once],
  [`SyncOverdue-${app}`, 'SyncCompleted', app, 'Sum < 1, 26 × 3600 s'],
]
/** The alarms of so many apps, by their names. */
export const appRows = (officials: readonly string[], minis: readonly string[]) => [
  ...officials.flatMap(rowsOfOfficial),
  ...minis.flatMap(rowsOf),
]

/** Name, metric, whose it is, and when it calls; those of a pair among them. */
export const table: readonly Row[] = [
  ['EventsDeadLetters', 'ApproximateNumberOfMessagesVisible', 'EventsDeadLetterQueue', laidAside],
  ['EventsInDoubt', 'ApproximateNumberOfMessagesVisible', 'EventsReviewQueue', laidAside],
  ['FollowersDeadLetters', 'ApproximateNumberOfMessagesVisible', 'FollowersDeadLetterQueue', laidAside],
  ['ReceiptsDeadLetters', 'ApproximateNumberOfMessagesVisible', 'ReceiptsDeadLetterQueue', laidAside],
  ['ImagesDeadLetters', 'ApproximateNumberOfMessagesVisible', 'ImagesDeadLetterQueue', laidAside],
  ['ImageChecksDeadLetters', 'ApproximateNumberOfMessagesVisible', 'ImageChecksDeadLetterQueue', laidAside],
  ['PassOnDeadLetters', 'ApproximateNumberOfMessagesVisible', 'PassOnDeadLetterQueue', laidAside],
  ['PassOnWait', 'ApproximateAgeOfOldestMessage', 'PassOnQueue', aged(900)],
  ['PassOnFailing', 'FailingSeconds', 'PassOnQueue', failing(900)],
  ['PassOnFails', 'Errors', 'PassDashon', once],
  ['PassOnThrottled', 'Throttles', 'PassDashon', throttled],
  ['ForwardFailing', 'ForwardFailed', '', 'Sum > 3, 2 × 300 s'],
  ['EventsWait', 'ApproximateAgeOfOldestMessage', 'EventsQueue', aged(600)],
  ['FollowersWait', 'ApproximateAgeOfOldestMessage', 'FollowersQueue', aged(21_600)],
  ['ReceiptsWait', 'ApproximateAgeOfOldestMessage', 'ReceiptsQueue', aged(900)],
  ['ImagesWait', 'ApproximateAgeOfOldestMessage', 'ImagesQueue', aged(900)],
  ['ImageChecksWait', 'ApproximateAgeOfOldestMessage', 'ImageChecksQueue', aged(3600)],
  ['EventsFailing', 'FailingSeconds', 'EventsQueue', failing(600)],
  ['FollowersFailing', 'FailingSeconds', 'FollowersQueue', failing(1800)],
  ['ReceiptsFailing', 'FailingSeconds', 'ReceiptsQueue', failing(900)],
  ['ImagesFailing', 'FailingSeconds', 'ImagesQueue', failing(900)],
  ['ImageChecksFailing', 'FailingSeconds', 'ImageChecksQueue', failing(1800)],
  ['SendFails', 'Errors', 'Send', once],
  ['SendThrottled', 'Throttles', 'Send', throttled],
  ['SendLambdaFunctionLoops', 'RecursiveInvocationsDropped', 'Send', once],
  ['LinkFollowersFails', 'Errors', 'LinkDashfollowers', once],
  ['LinkFollowersThrottled', 'Throttles', 'LinkDashfollowers', throttled],
  ['LinkDashfollowersLambdaFunctionLoops', 'RecursiveInvocationsDropped', 'LinkDashfollowers', once],
  ['ReceiptsFails', 'Errors', 'Receipts', once],
  ['ReceiptsThrottled', 'Throttles', 'Receipts', throttled],
  ['ReceiveImagesFails', 'Errors', 'ReceiveDashimages', once],
  ['ReceiveImagesThrottled', 'Throttles', 'ReceiveDashimages', throttled],
  ['ReceiveDashimagesLambdaFunctionLoops', 'RecursiveInvocationsDropped', 'ReceiveDashimages', once],
  ['CheckImagesFails', 'Errors', 'CheckDashimages', once],
  ['CheckImagesThrottled', 'Throttles', 'CheckDashimages', throttled],
  ['CheckDashimagesLambdaFunctionLoops', 'RecursiveInvocationsDropped', 'CheckDashimages', once],
  ['CallbackFails', 'Errors', 'Callback', once],
  ['CallbackThrottled', 'Throttles', 'Callback', once],
  ['CallbackSlow', 'Duration', 'Callback', 'p99 > 2500, 2 × 300 s'],
  ['CallbackRefused', '4xx', route, 'Sum > 3, 2 of 6 × 300 s'],
  ['AppCallbackRefused', '4xx', `${route}/app`, 'Sum > 3, 2 of 6 × 300 s'],
  ['LoginSlow', 'Duration', 'Login', 'p99 > 5000, 3 × 300 s'],
  ['ApiFails', '5xx', 'HttpApi', 'Sum > 1, 1 × 300 s'],
  ['ApiRefuses', '4xx', 'HttpApi', 'Sum > 300, 3 × 300 s'],
  ['TokensNotRenewed', 'Errors', 'RefreshDashtokens', 'Sum > 2, 1 × 300 s'],
  ['ResumeFails', 'Errors', 'ResumeDashevents', 'Sum > 2, 1 × 300 s'],
  ['SyncFails', 'Errors', 'SyncDashfollowers', 'Sum > 2, 1 × 300 s'],
  ['SelfCheckFails', 'SelfCheckPassed', '', 'Sum < 1, 2 × 900 s'],
  ['OperatorNeeded', 'OperatorNeeded', '', once],
  ['EventsLate', 'EventWaitSeconds', '', 'Maximum > 600, 2 of 3 × 300 s'],
  ['EventsOverdue', 'EventOverdue', '', once],
  ['SendInterrupted', 'SendInterrupted', '', once],
  ['NatDown', 'GroupInServiceInstances', 'NatGroup', 'Maximum < 1, 5 × 60 s'],
  ...appRows(['official'], ['mini']),
]

/** The tests; the template is there once they run. */
export function testAlarms(made: () => Template): void {
  const alarms = () => alarmsOf(made())

  describe('each alarm', () => {
    it('are exactly these, each with its metric, whose it is, and when it calls', () => {
      const found = alarms().map(it => [
        it.AlarmName.slice('queqiao-prod-'.length),
        it.MetricName,
        ownerOf(it),
        triggerOf(it),
      ])
      expect(found.toSorted()).toEqual(table.toSorted())
    })

    // A name, a dimension or a unit that nobody writes is an alarm that never calls.
    it('watch metrics that AWS documents or that the code writes, by just those dimensions', async () => {
      const known = new Map([...documented, ...(await emitted())])
      expect(known.size).toBeGreaterThan(20)
      const names = alarms().map(it =>
        nameOf(
          it.Namespace,
          it.MetricName,
          it.Dimensions.map(({ Name }) => Name),
        ),
      )
      expect(names.filter(it => !known.has(it))).toEqual([])
    })

    it('add up what is counted, take the worst of what stands at a value, and the hundredth of what takes long', async () => {
      const known = new Map([...documented, ...(await emitted())])
      const unitOf = (it: Alarm) => known.get(nameOf(it.Namespace, it.MetricName, namesOf(it)))
      for (const it of alarms()) expect(triggerOf(it), it.AlarmName).toMatch(statisticFor(it.MetricName, unitOf(it)))
    })

    it('are of resources and of a stage that are there', () => {
      const { Resources } = made()
      for (const { AlarmName, Dimensions } of alarms()) {
        for (const [, name = ''] of JSON.stringify(Dimensions).matchAll(/"(?:Ref"|Fn::GetAtt":\[)[:]?"([^"]+)/g))
          expect(Resources, AlarmName).toHaveProperty([name])
      }
      const functions = Object.values(resourcesOf(made(), 'AWS::Lambda::Function')).map(it => it.Properties)
      for (const it of functions)
        expect(it).toMatchObject({ Environment: { Variables: { POWERTOOLS_SERVICE_NAME: 'queqiao-prod' } } })
      const services = alarms().flatMap(it => it.Dimensions.filter(({ Name }) => Name === 'service'))
      expect(new Set(services.map(it => it.Value))).toEqual(new Set(['queqiao-prod']))
    })

    it('watch errors, throttles, age and what fails again for every consumer of a queue', () => {
      const consumers = Object.values(resourcesOf(made(), 'AWS::Lambda::EventSourceMapping'))
      expect(consumers).toHaveLength(6)
      const watched = new Set(alarms().map(it => `${it.MetricName} ${ownerOf(it)}`))
      for (const { Properties } of consumers) {
        const [queue, name] = [Properties.EventSourceArn, Properties.FunctionName].map(
          it => v.parse(v.object({ 'Fn::GetAtt': v.tuple([v.string(), v.string()]) }), it)['Fn::GetAtt'][0],
        )
        const short = name?.replace('LambdaFunction', '')
        const ofQueue = ['ApproximateAgeOfOldestMessage', 'FailingSeconds'].map(it => `${it} ${queue}`)
        const wanted = [`Errors ${short}`, `Throttles ${short}`, ...ofQueue]
        expect(wanted.filter(it => !watched.has(it))).toEqual([])
      }
    })

    it('of refused pushes name the rate that limits them, and the stranger who may be it', () => {
      const says = alarms().find(it => it.AlarmName.endsWith('-CallbackRefused'))?.AlarmDescription
      expect(says).toMatch(/429 by CALLBACK_RATE,.* a stranger/)
      expect(says).not.toContain('API_RATE')
    })

    it('that tell of a wrong deployment call within ten minutes of its first refusal', () => {
      const early = alarms().filter(it =>
        /OperatorNeeded|CallsCutOff|AddressNotAllowed|TokenRefused/.test(it.AlarmName),
      )
      expect(early).toHaveLength(7)
      for (const it of early) expect(it.Period * it.EvaluationPeriods, it.AlarmName).toBeLessThan(600)
    })

    it('of one route have that route counted by itself', () => {
      const [stage] = Object.values(resourcesOf(made(), 'AWS::ApiGatewayV2::Stage'))
      const routes = v.parse(v.looseObject({ RouteSettings: v.record(v.string(), v.unknown()) }), stage?.Properties)
      const ofRoutes = alarms().filter(it => it.Dimensions.some(({ Name }) => Name === 'Resource'))
      for (const { Dimensions } of ofRoutes) {
        const { Method, Resource, Stage } = Object.fromEntries(Dimensions.map(it => [it.Name, it.Value]))
        expect(Stage).toBe(stage?.Properties.StageName)
        expect(routes.RouteSettings[`${Method} ${Resource}`]).toMatchObject({ DetailedMetricsEnabled: true })
      }
      expect(ofRoutes).not.toEqual([])
    })
  })
}
