/**
 * Alarms ring when the one thing that they watch breaks, by what our code writes and what a queue says of itself then, and
 * not otherwise. SQS is the emulator on loopback.
 */

import type { Context } from 'aws-lambda'
import * as v from 'valibot'
import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../kit/silent.ts'
import { createEventQueue } from '../../lib/adapters/aws/sqs-queues.ts'
import { queueFunction } from '../../lib/adapters/lambda.ts'
import { createMetrics } from '../../lib/adapters/metrics.ts'
import type { Address } from '../../lib/identifiers.ts'
import { toSqsEvent } from '../../local/event-batch.ts'
import { id } from '../ids.ts'
import { stubAws } from '../opened.ts'
import { arrival, event, openSend, path, requeued, toUnion } from '../send/send-world.ts'
import { inOneInvocation, metricsIn, type Written, writtenMetrics } from '../written-metrics.ts'
import { type Datapoint, rings } from './alarm-evaluation.ts'
import { type Alarm, alarmsOf } from './alarm-properties.ts'
import { resourcesOf, type Template } from './packaged.ts'
import { openPackagedQueues } from './packaged-queues.ts'

const minuteMs = 60_000
const start = Date.parse('2026-11-22T12:00:00+08:00')
/** What a line that our code wrote is to CloudWatch. */
export function datapointsOf(written: Written, at: number): Datapoint[] {
  return metricsIn(written).flatMap(({ values, unit: _, ...it }) => values.map(value => ({ ...it, at, value })))
}

/** The sender, whose metrics are those that it writes on AWS; `points` are what was written so far. */
async function openWritingSend() {
  const world = await openSend()
  const { metrics, send, control, follower, queue, tick } = world
  const written = writtenMetrics()
  // All that the world opened writes by this one object.
  Object.assign(metrics, createMetrics())
  const points: Datapoint[] = []
  let known = 0
  const keep = () => {
    points.push(
      ...written()
        .slice(known)
        .flatMap(it => datapointsOf(it, world.now())),
    )
    known = written().length
  }
  const to = toUnion(await follower())
  return {
    control,
    points,
    push: async (count: number) => {
      await inOneInvocation(() => send(Array.from({ length: count }, (_, n) => arrival(event(`order-${n}`, to)))))
      keep()
    },
    pushTo: async (address: Address) => {
      await inOneInvocation(() => send([arrival(event('order-other', address))]))
      keep()
    },
    /** Lets what was put off come again, some minutes later. */
    sendAgain: async (minutes: number) => {
      tick(minutes * minuteMs)
      await inOneInvocation(() => send(queue.again.splice(0).map(requeued)))
      keep()
    },
  }
}

/** The tests; the template is there once they run. */
export function testRinging(made: () => Template): void {
  const textOf = (value: unknown): string => {
    if (typeof value === 'string') return value
    const got = v.safeParse(v.object({ 'Fn::GetAtt': v.tuple([v.string(), v.literal('QueueName')]) }), value)
    if (!got.success) return JSON.stringify(value)
    const [name] = got.output['Fn::GetAtt']
    return v.parse(v.string(), resourcesOf(made(), 'AWS::SQS::Queue')[name]?.Properties.QueueName)
  }
  const shortOf = ({ AlarmName }: Alarm) => AlarmName.slice('queqiao-prod-'.length)
  /** Which alarms ring; one that rings where nothing is told is left out, for here only one thing is told of. */
  const ringing = (points: readonly Datapoint[]) =>
    alarmsOf(made())
      .filter(it => it.ExtendedStatistic === undefined && it.TreatMissingData === 'notBreaching')
      .filter(it => rings(it, points, textOf))
      .map(shortOf)
      .toSorted()

  describe('alarms on what the sender writes', () => {
    it('are quiet while messages go out', async () => {
      const { push, points } = await openWritingSend()
      await push(20)
      expect(points.map(it => it.metric)).toContain('MessageOutcome')
      expect(ringing(points)).toEqual([])
    })

    it('call an operator at the first try under 48001, and that events are late once they have waited', async () => {
      const { push, sendAgain, points, control } = await openWritingSend()
      await control('/faults', { path, kind: 'errcode', errcode: 48001, times: 1_000 })
      await push(3)
      expect(ringing(points)).toContain('OperatorNeeded')
      expect(ringing(points)).not.toContain('EventsLate')
      await sendAgain(5)
      expect(ringing(points)).not.toContain('EventsLate')
      await sendAgain(6)
      await sendAgain(5)
      expect(ringing(points)).toContain('EventsLate')
    })

    it.each([
      ['one person gets too much for now', { path, kind: 'errcode', errcode: 43117 }, 16],
      ['one person gets too much for a minute', { path, kind: 'errcode', errcode: 40241 }, 1],
      ['the minute is full, and each comes for its slot', { path, kind: 'errcode', errcode: 45011 }, 2],
    ] as const)('are quiet while %s, as often as it is tried', async (_what, fault, minutes) => {
      const { push, sendAgain, points, control } = await openWritingSend()
      await control('/faults', { ...fault, times: 1_000 })
      await push(3)
      for (let tries = 0; tries < 12; tries++) await sendAgain(minutes)
      expect(points.map(it => it.metric)).toContain('EventsWaiting')
      expect(ringing(points)).toEqual([])
    })

    // Hours after the push one failure of a moment called somebody.
    it('are quiet when a person’s event, hours old, meets a hiccup', async () => {
      const { push, sendAgain, points, control } = await openWritingSend()
      await control('/faults', { path, kind: 'errcode', errcode: 43117, times: 4 })
      await push(1)
      for (let tries = 0; tries < 3; tries++) await sendAgain(16)
      await control('/faults', { path, kind: 'status', status: 502, times: 1 })
      await sendAgain(16)
      expect(points.map(it => it.metric)).toContain('EventWaitSeconds')
      expect(ringing(points)).toEqual([])
    })

    it('are quiet while an event waits the first ten seconds for who may be following just now, and is dropped', async () => {
      const { pushTo, sendAgain, points } = await openWritingSend()
      await pushTo({ unionid: id('u-nobody') })
      await sendAgain(1)
      expect(points.map(it => it.dimensions.outcome)).toContain('unknown')
      expect(ringing(points)).toEqual([])
    })

    it('tell of the address that WeChat does not admit, by its app', async () => {
      const { push, points, control } = await openWritingSend()
      await control('/allow-list', { app: 'official', addresses: ['203.0.113.7'], businessCalls: true })
      await push(1)
      expect(ringing(points)).toEqual(['AddressNotAllowed-official', 'CallsCutOff-official', 'OperatorNeeded'])
    })

    it('tell that events are late without an operator where WeChat gives no token, and not after a hiccup', async () => {
      const { push, sendAgain, points, control } = await openWritingSend()
      await control('/faults', { path: '/cgi-bin/stable_token', kind: 'errcode', errcode: -1, times: 1_000 })
      await push(1)
      await sendAgain(1)
      expect(ringing(points)).toEqual([])
      await sendAgain(10)
      await sendAgain(5)
      expect(ringing(points)).toEqual(['EventsLate'])
    })

    it('tell of calls that are cut off after five failures in a row, and not after one', async () => {
      const { push, sendAgain, points, control } = await openWritingSend()
      await control('/faults', { path, kind: 'status', status: 502, times: 1 })
      await push(1)
      await sendAgain(1)
      expect(ringing(points)).toEqual([])
      await control('/faults', { path, kind: 'status', status: 502, times: 1_000 })
      await push(10)
      expect(ringing(points)).toEqual(['CallsCutOff-official'])
    })
  })

  describe('alarms on what WeChat refuses, and on what waits for days', () => {
    it.each([
      [45009, 'QuotaUsedUp-official'],
      [40001, 'TokenRefused-official'],
    ])('tell of WeChat’s %i', async (errcode, alarm) => {
      const { push, points, control } = await openWritingSend()
      await control('/faults', { path, kind: 'errcode', errcode, times: 1_000 })
      await push(1)
      expect(ringing(points)).toContain(alarm)
    })

    it('tell of an event that waits for over three days', async () => {
      const { push, sendAgain, points, control } = await openWritingSend()
      await control('/faults', { path, kind: 'errcode', errcode: 48001, times: 1_000 })
      await push(1)
      await sendAgain(3 * 24 * 60 - 1)
      expect(ringing(points)).not.toContain('EventsOverdue')
      await sendAgain(2)
      expect(ringing(points)).toContain('EventsOverdue')
    })
  })

  describe('alarms on what queues say of themselves', () => {
    beforeEach(() => stubAws())

    it('are quiet while messages wait and are taken', async () => {
      const queues = await openPackagedQueues(made())
      await queues.push('EventsQueue', 3)
      await queues.receive('EventsQueue')
      expect(ringing(await queues.read(start))).toEqual([])
    })

    it.each([
      ['EventsQueue', 'EventsDeadLetters'],
      ['FollowersQueue', 'FollowersDeadLetters'],
      ['ReceiptsQueue', 'ReceiptsDeadLetters'],
      ['ImagesQueue', 'ImagesDeadLetters'],
      ['ImageChecksQueue', 'ImageChecksDeadLetters'],
      ['PassOnQueue', 'PassOnDeadLetters'],
    ])('tell of a message of %s that nobody could work on, once its tries are over', async (queue, alarm) => {
      const queues = await openPackagedQueues(made())
      await queues.push(queue, 1)
      await queues.useUp(queue)
      expect(ringing(await queues.read(start))).toEqual([])
      await queues.receive(queue)
      expect(ringing(await queues.read(start))).toEqual([alarm])
    })

    it.each([
      ['dead-letter', 'EventsDeadLetters'],
      ['review', 'EventsInDoubt'],
    ] as const)('tell of an event that the sender laid aside as %s', async (where, alarm) => {
      const queues = await openPackagedQueues(made())
      const events = createEventQueue(textOf({ 'Fn::GetAtt': ['EventsQueue', 'QueueName'] }), silentLog)
      await events.deadLetter({ body: '{}' }, 'for a test', where)
      expect(ringing(await queues.read(start))).toEqual([alarm])
    })

    // It rang whenever anything was put off for four minutes, for one person who gets too much as well.
    it('are quiet of events that are put off: what for, the sender tells', async () => {
      const queues = await openPackagedQueues(made())
      const events = createEventQueue(textOf({ 'Fn::GetAtt': ['EventsQueue', 'QueueName'] }), silentLog)
      await events.requeue([{ event: { body: '{}', attempts: 1, since: start }, delaySeconds: 900 }])
      const minutes = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(it => queues.read(start + it * minuteMs)))
      expect(ringing(minutes.flat())).toEqual([])
    })
  })

  describe('alarms on what a consumer gives back', () => {
    it.each([
      ['FollowersQueue', 31, 'FollowersFailing'],
      ['ReceiptsQueue', 16, 'ReceiptsFailing'],
      ['ImagesQueue', 16, 'ImagesFailing'],
      ['ImageChecksQueue', 31, 'ImageChecksFailing'],
      ['PassOnQueue', 16, 'PassOnFailing'],
      ['EventsQueue', 11, 'EventsFailing'],
    ])(
      'tell of a message of %s that has failed for %i minutes, and not of one that failed once',
      async (queue, minutes, alarm) => {
        const name = textOf({ 'Fn::GetAtt': [queue, 'QueueName'] })
        const written = writtenMetrics()
        const failing = queueFunction(async () => ({}), { read: it => it, work: async all => all })
        const fail = (ageMs: number) => {
          // SQS's age leaves it out by now.
          const first = `${Date.now() - ageMs}`
          const Attributes = { ApproximateReceiveCount: '7', ApproximateFirstReceiveTimestamp: first }
          const source = { queueArn: `arn:aws:sqs:cn-north-1:123456789012:${name}`, region: 'cn-north-1' }
          const context = { getRemainingTimeInMillis: () => 60_000 } as Partial<Context> as Context
          return failing(toSqsEvent([{ MessageId: 'a', Body: '{}', Attributes }], source), context)
        }
        await fail(0)
        expect(ringing(written().flatMap(it => datapointsOf(it, start)))).toEqual([])
        await fail(minutes * minuteMs)
        expect(ringing(written().flatMap(it => datapointsOf(it, start)))).toEqual([alarm])
      },
    )
  })
}
