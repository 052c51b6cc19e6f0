import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { arrivalOf } from '../../../lib/adapters/aws/event-record.ts'

const sentAt = Date.parse('2026-11-22T12:00:00+08:00')

function record(attributes: Record<string, string | undefined>, receives = 1): SQSRecord {
  const messageAttributes: SQSMessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, stringValue]) => [name, { dataType: 'String', stringValue }]),
  )
  return {
    body: '{}',
    messageId: 'm',
    receiptHandle: 'h',
    messageAttributes,
    attributes: {
      ApproximateReceiveCount: `${receives}`,
      SentTimestamp: `${sentAt}`,
      ApproximateFirstReceiveTimestamp: `${sentAt + 500}`,
      SenderId: 'anybody',
    },
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:events',
    awsRegion: 'us-east-1',
  }
}

describe('a record of the events queue', () => {
  it('tells of the group that it was pushed with', () => {
    const one = record({})
    const attributes = { ...one.attributes, MessageGroupId: 'order-paid' }
    expect(arrivalOf({ ...one, attributes }).group).toBe('order-paid')
    expect(arrivalOf(one)).not.toHaveProperty('group')
  })

  it('tells of the tries behind an event that was pushed again', () => {
    const since = `${sentAt - 86_400_000}`
    expect(arrivalOf(record({ attempts: '4', since }))).toEqual({
      body: '{}',
      messageId: 'm',
      receiptHandle: 'h',
      receives: 1,
      attempts: 5,
      since: Number(since),
    })
  })

  it('tells the slot of an event that waited for it', () => {
    const slotAt = sentAt + 900_000
    expect(arrivalOf(record({ slotAt: `${slotAt}` }))).toMatchObject({ slotAt })
  })

  it.each([
    { attempts: 'first' },
    { attempts: '-1' },
    { attempts: '1e3' },
    { attempts: '1000001' },
    { attempts: '9'.repeat(400) },
    { attempts: '' },
    { attempts: undefined },
    { since: 'x' },
    { since: '0' },
    { since: `${sentAt + 60_001}` },
    { since: 'Infinity' },
    { slotAt: `${sentAt - 60_001}` },
    { slotAt: `${sentAt + 960_001}` },
    { slotAt: '-1' },
    { slotAt: 'soon' },
    { anything: 'else' },
  ])('passes over %o, which is none of ours', attributes => {
    expect(arrivalOf(record(attributes))).toEqual(arrivalOf(record({})))
  })

  it('is counted and dated whatever its attributes are', () => {
    const value = fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String), fc.constant(undefined))
    const attributes = fc.record({ attempts: value, since: value, slotAt: value }, { requiredKeys: [] })
    fc.assert(
      fc.property(attributes, fc.integer({ min: 1, max: 1000 }), (some, receives) => {
        const { attempts, since, slotAt = 0 } = arrivalOf(record(some, receives))
        expect([attempts, since, slotAt].every(Number.isSafeInteger)).toBe(true)
        expect(attempts).toBeGreaterThanOrEqual(receives)
        expect(since).toBeLessThanOrEqual(sentAt + 60_000)
      }),
    )
  })
})
