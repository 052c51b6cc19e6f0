/** The queue of events: each message by itself, whatever becomes of its neighbours. */

import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type DeleteMessageBatchCommandInput,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../kit/silent.ts'
import { createParkedEvents } from '../../../lib/adapters/aws/sqs-parked.ts'
import { createEventQueue } from '../../../lib/adapters/aws/sqs-queues.ts'
import { moveOldBack } from '../../../lib/send/move-back.ts'
import { openEmulator, stubAws } from '../../opened.ts'

const ofOfficial = ['-official-parked', '-official-parked-urgent']
const endings = ['', '-dlq', '-review', ...ofOfficial, '-brand-parked', '-brand-parked-urgent']
const eventOf = (number: number) => ({
  body: JSON.stringify({ id: `e${number}` }),
  attempts: number,
  since: 1_000 + number,
})
const usual = (event: ReturnType<typeof eventOf>) => ({ event, official: 'official', priority: 'usual' as const })
const many = (count: number) => Array.from({ length: count }, (_, index) => eventOf(index))
const forever = { until: Number.POSITIVE_INFINITY }
const dayMs = 86_400_000

beforeEach(() => stubAws())

/** An SQS on loopback with the queues of events. */
async function openQueues() {
  stubAws({ AWS_ENDPOINT_URL_SQS: await openEmulator() })
  const sqs = new SQSClient({})
  const urls = new Map<string, string | undefined>()
  for (const ending of endings) {
    urls.set(ending, (await sqs.send(new CreateQueueCommand({ QueueName: `events${ending}` }))).QueueUrl)
  }
  const receive = async (ending: string) => {
    const request = { QueueUrl: urls.get(ending), MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(request))
    return Messages.map(({ Body, MessageAttributes = {} }) => ({
      body: Body,
      attributes: Object.fromEntries(Object.entries(MessageAttributes).map(([name, it]) => [name, it.StringValue])),
    }))
  }
  const parkedOf = (official: string) => createParkedEvents('events', official, silentLog)
  return { events: createEventQueue('events', silentLog), parked: parkedOf('official'), parkedOf, receive }
}

describe('on an SQS', () => {
  it('brings a parked event back with its attempts and its first push', async () => {
    const { events, parked, receive } = await openQueues()
    expect(await events.holdForQuota([usual(eventOf(7))])).toEqual(new Set())
    expect([await parked.count(), await parked.moveBack('usual', 10)]).toEqual([{ urgent: 0, usual: 1 }, 1])
    expect(await receive('')).toEqual([{ body: '{"id":"e7"}', attributes: { attempts: '7', since: '1007' } }])
    expect([await receive('-official-parked'), await parked.count()]).toEqual([[], { urgent: 0, usual: 0 }])
  })

  it('lets urgent events wait apart, and brings them back without the others', async () => {
    const { events, parked, receive } = await openQueues()
    const both = [usual(eventOf(1)), { ...usual(eventOf(2)), priority: 'urgent' as const }]
    expect(await events.holdForQuota(both)).toEqual(new Set())
    expect(await parked.count()).toEqual({ urgent: 1, usual: 1 })
    expect([await parked.moveBack('urgent', 10), await parked.moveBack('urgent', 10)]).toEqual([1, 0])
    expect((await receive('')).map(it => it.body)).toEqual(['{"id":"e2"}'])
    expect(await parked.count()).toEqual({ urgent: 0, usual: 1 })
  })

  it('brings back all events that were pushed over three days ago, and leaves the others where they wait', async () => {
    const { events, parked, receive } = await openQueues()
    const [young, old] = [Date.now(), Date.now() - 4 * dayMs]
    await events.holdForQuota(many(24).map((it, index) => usual({ ...it, since: index % 2 === 0 ? young : old })))
    expect(await moveOldBack({ parked, now: () => Date.now() + 1_000 }, forever)).toBe(12)
    const back = [...(await receive('')), ...(await receive(''))]
    expect(back.map(it => it.attributes.since)).toEqual(Array(12).fill(`${old}`))
  })

  // Else the sender and the way back would hand them to each other until the time is up.
  it('leaves those that were held anew since it began to look', async () => {
    const { events, parked } = await openQueues()
    await events.holdForQuota([usual({ ...eventOf(1), since: Date.now() - 4 * dayMs })])
    expect(await moveOldBack({ parked, now: () => Date.now() - 60_000 }, forever)).toBe(0)
  })

  it('lets the events of each account wait apart, and brings back those of one alone', async () => {
    const { events, parkedOf, receive } = await openQueues()
    const both = [usual(eventOf(1)), { ...usual(eventOf(2)), official: 'brand' }]
    expect(await events.holdForQuota(both)).toEqual(new Set())
    const [first, brand] = ['official', 'brand'].map(parkedOf)
    expect([await first?.count(), await brand?.count()]).toEqual(Array(2).fill({ urgent: 0, usual: 1 }))
    expect(await brand?.moveBack('usual', 10)).toBe(1)
    expect((await receive('')).map(it => it.body)).toEqual(['{"id":"e2"}'])
    expect(await first?.count()).toEqual({ urgent: 0, usual: 1 })
  })

  it('takes the slot of an event along in whole milliseconds', async () => {
    const { events, receive } = await openQueues()
    const event = { ...eventOf(7), slotAt: 1_700_000_000_000.6 }
    expect(await events.requeue([{ event, delaySeconds: 0 }])).toEqual(new Set())
    expect((await receive('')).map(it => it.attributes.slotAt)).toEqual(['1700000000001'])
  })

  // With the instant of its first push it would be too old again as soon as it is moved back.
  it('puts an event aside with a reason that SQS takes, whatever words it is made of, and nothing else', async () => {
    const { events, receive } = await openQueues()
    const event = eventOf(7)
    await events.deadLetter(event, 'rejected: a\u0000b\u001fc \ud83d 好\u0007', 'dead-letter')
    expect(await receive('-dlq')).toEqual([{ body: event.body, attributes: { reason: 'rejected: a b c \ufffd 好 ' } }])
  })
})

describe('an SQS that refuses', () => {
  /** Answers each call by what `refuse` says of its entries; remembers what was taken. */
  function openRefusing(refuse: (body: string, call: number) => { SenderFault: boolean } | undefined) {
    const mock = mockClient(SQSClient)
    const taken: string[] = []
    let calls = 0
    mock.on(GetQueueUrlCommand).resolves({ QueueUrl: 'http://127.0.0.1/q' })
    mock.on(SendMessageBatchCommand).callsFake(({ Entries = [] }: SendMessageBatchCommandInput) => {
      calls += 1
      const Failed = Entries.flatMap(({ Id, MessageBody = '' }) => {
        const fault = refuse(MessageBody, calls)
        if (fault === undefined) taken.push(MessageBody)
        return fault === undefined ? [] : { Id, Code: 'InternalError', ...fault }
      })
      return { Failed }
    })
    const told: (object | undefined)[] = []
    const log = { ...silentLog, error: (_event: string, fields?: object) => void told.push(fields) }
    return { taken, mock, log, told, events: createEventQueue('events', log) }
  }

  it('one of a hundred, for good: tells that one, and takes the others once', async () => {
    const { events, taken, told } = openRefusing(body => (body.includes('"e7"') ? { SenderFault: true } : undefined))
    expect(await events.requeue(many(100).map(event => ({ event, delaySeconds: 10 })))).toEqual(new Set([7]))
    expect(told).toEqual([expect.objectContaining({ ids: ['e7'] })])
    expect([taken.length, new Set(taken).size]).toEqual([99, 99])
  })

  it('more than 256 KB a call: gets what is large in calls of their own, each below that', async () => {
    const { taken, mock, events } = openRefusing(() => undefined)
    const large = many(8).map(it => ({ ...it, body: JSON.stringify({ id: it.attempts, text: 'x'.repeat(64_000) }) }))
    expect(await events.requeue(large.map(event => ({ event, delaySeconds: 0 })))).toEqual(new Set())
    expect(new Set(taken)).toEqual(new Set(large.map(it => it.body)))
    for (const { args } of mock.commandCalls(SendMessageBatchCommand)) {
      const bodies = (args[0].input.Entries ?? []).map(it => it.MessageBody ?? '')
      expect(Buffer.byteLength(bodies.join(''))).toBeLessThan(262_144)
    }
  })

  it('to hold a message back for longer than a quarter of an hour: is asked for that', async () => {
    const { events, mock } = openRefusing(() => undefined)
    await events.requeue([10, 900, 9_000].map(delaySeconds => ({ event: eventOf(1), delaySeconds })))
    const [call] = mock.commandCalls(SendMessageBatchCommand)
    expect(call?.args[0].input.Entries?.map(it => it.DelaySeconds)).toEqual([10, 900, 900])
  })

  it('one of a hundred, once: hands in that one again', async () => {
    let isFirst = true
    const { events, taken } = openRefusing(body => {
      if (!body.includes('"e42"') || !isFirst) return undefined
      isFirst = false
      return { SenderFault: false }
    })
    expect(await events.holdForQuota(many(100).map(usual))).toEqual(new Set())
    expect([taken.length, new Set(taken).size]).toEqual([100, 100])
  })

  it('a whole call: tells its ten, and takes the others', async () => {
    const { events, taken } = openRefusing((body, call) => {
      if (call === 3) throw new Error('throttled')
      return body === '' ? { SenderFault: true } : undefined
    })
    const unsent = await events.holdForQuota(many(100).map(usual))
    expect([unsent.size, taken.length]).toEqual([10, 90])
    expect(taken.some(it => [...unsent].some(index => it === eventOf(index).body))).toBe(false)
  })

  it('one of urgent and usual events of two accounts: tells that one by its place among all', async () => {
    const { events, taken } = openRefusing(body => (body.includes('"e3"') ? { SenderFault: true } : undefined))
    const mixed = many(6).map((event, index) => ({
      event,
      official: index < 4 ? 'official' : 'brand',
      priority: index % 2 === 0 ? ('usual' as const) : ('urgent' as const),
    }))
    expect(await events.holdForQuota(mixed)).toEqual(new Set([3]))
    expect(taken).toHaveLength(5)
  })

  it('a message without its group gets none: each is pushed, parked, laid aside and taken back with its own', async () => {
    const { mock, events } = openRefusing(() => undefined)
    const grouped = { ...eventOf(1), group: 'order-paid' }
    mock.on(SendMessageCommand).resolves({})
    mock.on(DeleteMessageBatchCommand).resolves({})
    mock.on(ReceiveMessageCommand).resolves({
      Messages: [{ Body: '{}', ReceiptHandle: 'a', Attributes: { MessageGroupId: 'order-paid' } }, { Body: '{}' }],
    })
    const both = [grouped, eventOf(2)]
    await events.requeue(both.map(event => ({ event, delaySeconds: 10 })))
    await events.holdForQuota(both.map(usual))
    for (const it of both) await events.deadLetter(it, 'rejected: no', 'dead-letter')
    await createParkedEvents('events', 'official', silentLog).moveBack('usual', 10)
    const batches = mock.commandCalls(SendMessageBatchCommand).map(it => it.args[0].input.Entries ?? [])
    expect(batches.map(run => run.map(it => it.MessageGroupId))).toEqual(Array(3).fill(['order-paid', undefined]))
    const aside = mock.commandCalls(SendMessageCommand).map(it => it.args[0].input.MessageGroupId)
    expect(aside).toEqual(['order-paid', undefined])
    const [asked] = mock.commandCalls(ReceiveMessageCommand)
    expect(asked?.args[0].input.MessageSystemAttributeNames).toContain('MessageGroupId')
  })

  it('to take back a parked event: leaves that one where it waits, and moves its neighbours', async () => {
    const { taken, mock, log, told } = openRefusing(body => (body.includes('"e1"') ? { SenderFault: true } : undefined))
    const deleted: (string | undefined)[] = []
    mock.on(ReceiveMessageCommand).resolves({
      Messages: many(3).map(({ body }, index) => ({ Body: body, ReceiptHandle: `handle-${index}` })),
    })
    mock.on(DeleteMessageBatchCommand).callsFake(({ Entries = [] }: DeleteMessageBatchCommandInput) => {
      deleted.push(...Entries.map(it => it.ReceiptHandle))
      return {}
    })
    expect(await createParkedEvents('events', 'official', log).moveBack('usual', 10)).toBe(2)
    expect(told).toEqual([{ error: expect.any(Error), ids: ['e1'] }])
    expect([taken, deleted]).toEqual([
      ['{"id":"e0"}', '{"id":"e2"}'],
      ['handle-0', 'handle-2'],
    ])
  })
})
