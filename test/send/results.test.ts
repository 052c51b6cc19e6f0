import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { createResults } from '../../lib/adapters/aws/event-bridge.ts'
import { createPushBus } from '../../lib/adapters/aws/push-subscribers.ts'
import type { Delivery } from '../../lib/send/delivery.ts'
import { publishResults } from '../../lib/send/results.ts'
import { stageApps } from '../idle-pair.ts'
import { listen } from '../listen.ts'
import { stubAws } from '../opened.ts'
import { openWorld } from '../world.ts'

const delivery = (more: Partial<Delivery> = {}): Delivery => ({
  id: 'order-1:paid',
  state: 'accepted',
  msgid: '3599307433715204104',
  attempts: 1,
  at: '2026-11-22T01:30:00.000Z',
  ...more,
})
const entries = v.object({
  Entries: v.array(
    v.object({ EventBusName: v.string(), Source: v.string(), DetailType: v.string(), Detail: v.string() }),
  ),
})

type Entry = v.InferOutput<typeof entries>['Entries'][number]

/** EventBridge accepts so much per call; in some regions more since 2026. */
const mostBytes = 256 * 1024

/** A bus on loopback that speaks PutEvents; `refuse` says of each entry whether it, or its whole `call`, is refused this time. */
async function openBus(refuse: (entry: Entry, index: number) => boolean | 'call' = () => false) {
  const told: Entry[] = []
  let seen = 0
  const server = createServer(async (request, response) => {
    const { Entries } = v.parse(entries, await json(request))
    const isTooLarge = Buffer.byteLength(JSON.stringify(Entries)) > mostBytes
    const refusals = Entries.map(entry => (isTooLarge ? 'call' : refuse(entry, seen++)))
    response.statusCode = refusals.includes('call') ? 400 : 200
    const answers = Entries.map((entry, index) => {
      if (response.statusCode === 400 || refusals[index]) return { ErrorCode: 'ThrottlingException' }
      told.push(entry)
      return { EventId: 'x' }
    })
    response.setHeader('content-type', 'application/x-amz-json-1.1')
    response.end(JSON.stringify({ FailedEntryCount: 0, Entries: answers }))
  })
  stubAws({ AWS_ENDPOINT_URL_EVENTBRIDGE: await listen(server) })
  return { told }
}

const bus = { name: 'shop', apps: stageApps }

describe('a bus', () => {
  it('is told of each end of an event, ten a call', async () => {
    const { told } = await openBus()
    const many = Array.from({ length: 23 }, (_, index) => delivery({ id: `order-${index}` }))
    await createResults(bus).publish(many)
    expect(told).toHaveLength(23)
    expect(told.find(it => it.Detail.includes('order-0"'))).toEqual({
      EventBusName: 'shop',
      Source: 'queqiao',
      DetailType: 'delivery.accepted',
      Detail: JSON.stringify(many[0]),
    })
  })

  // Ten pushes of 60 KB were one call, which EventBridge refuses as a whole.
  it('gets what is large in calls of their own, each below what it accepts', async () => {
    const { told } = await openBus()
    const pushOf = (index: number) => {
      const detail = {
        id: `${index}`,
        account: 'official',
        receivedAt: '2026-11-22T01:30:00.000Z',
        text: '长'.repeat(20_000),
      }
      return { type: 'wechat.unreadable', detail }
    }
    const { refused } = await createPushBus('shop').publish(Array.from({ length: 10 }, (_, index) => pushOf(index)))
    expect([refused.size, told.map(it => JSON.parse(it.Detail).id).toSorted()]).toEqual([0, [...'0123456789']])
  })

  it('gets again what it did not take, and fails if it does not take it in the end', async () => {
    const { told } = await openBus((_, index) => index !== 1 && index < 6)
    await expect(createResults(bus).publish([delivery({ id: 'one' }), delivery({ id: 'two' })])).rejects.toThrow(
      'did not accept 1 events',
    )
    expect(told.map(it => JSON.parse(it.Detail).id)).toEqual(['two'])
    await createResults(bus).publish([delivery({ id: 'three' })])
    expect(told.map(it => JSON.parse(it.Detail).id)).toEqual(['two', 'three'])
  })
})

describe('publishResults', () => {
  it('tries all of them, however many the bus refuses, and tells ops of those alone that it did not take', async () => {
    const { told } = await openBus(({ Detail }) => /order-[3-9]"/.test(Detail))
    const { log, lines } = await openWorld()
    const many = Array.from({ length: 33 }, (_, index) => delivery({ id: `order-${index}` }))
    await publishResults(many, { results: createResults(bus), log })
    expect(told).toHaveLength(26)
    const ids = [3, 4, 5, 6, 7, 8, 9].map(it => `order-${it}`)
    expect(lines).toMatchObject([{ level: 'error', event: 'results.not-published', fields: { ids } }])
  })

  it('publishes the others when a whole call to the bus fails', async () => {
    const { told } = await openBus(({ Detail }) => (Detail.includes('order-12"') ? 'call' : false))
    const { log, lines } = await openWorld()
    const many = Array.from({ length: 23 }, (_, index) => delivery({ id: `order-${index}` }))
    await publishResults(many, { results: createResults(bus), log })
    expect(told.map(it => JSON.parse(it.Detail).id)).toHaveLength(13)
    const ids = many.slice(10, 20).map(it => it.id)
    expect(lines).toMatchObject([{ level: 'error', event: 'results.not-published', fields: { ids } }])
  })

  it('tells all ends but those for people, and what waits but not for quota, and does nothing without a bus', async () => {
    const { log } = await openWorld()
    const told: Delivery[] = []
    const results = { publish: async (deliveries: readonly Delivery[]) => void told.push(...deliveries) }
    const published = ['accepted', 'delivered', 'blocked', 'failed', 'dropped', 'rejected', 'waiting'] as const
    const deliveries = [...published, 'parked' as const, 'in-doubt' as const].map(state => delivery({ state }))
    await publishResults(deliveries, { results, log })
    await publishResults(deliveries, { log })
    expect(told.map(it => it.state)).toEqual(published)
  })

  it('tells ops which were lost when the bus fails, and keeps nobody from going on', async () => {
    const { log, lines } = await openWorld()
    await publishResults([delivery()], { results: { publish: async () => Promise.reject(new Error('away')) }, log })
    expect(lines).toMatchObject([{ level: 'error', event: 'results.not-published', fields: { ids: ['order-1:paid'] } }])
  })
})
