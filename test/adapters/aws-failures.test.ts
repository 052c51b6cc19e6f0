/** What the AWS SDK may answer that no emulator does; the errors tell nothing of what was asked (canary-setup.ts). */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetQueueUrlCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import {
  BatchGetCommand,
  BatchWriteCommand,
  type BatchWriteCommandInput,
  DynamoDBDocumentClient,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { describe, expect, it } from 'vitest'
import { silentLog } from '../../kit/silent.ts'
import { createQueue } from '../../lib/adapters/aws/sqs-queues.ts'
import { createSecrets } from '../../lib/adapters/aws/ssm-secrets.ts'
import { createDeliveryStore } from '../../lib/adapters/dynamo/deliveries.ts'
import { createJournal } from '../../lib/adapters/dynamo/journal.ts'
import { createLinkStore } from '../../lib/adapters/dynamo/links.ts'
import { createTokenStore } from '../../lib/adapters/dynamo/tokens.ts'
import { personIn } from '../../lib/followers/link.ts'
import type { Log } from '../../lib/ports.ts'
import { canary } from '../canary.ts'
import { id, officialAppid } from '../ids.ts'

const deliveries = (more: object = {}) =>
  createDeliveryStore(dynamo(), 'deliveries', { now: () => 0, isIndexed: false, log: silentLog, ...more })
const accepted = (id: string, msgid: string) => {
  return { id, state: 'accepted', official: officialAppid, msgid, attempts: 1, at: '2026-11-22T04:00:00.000Z' } as const
}
const dynamo = () => DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }))

describe('DynamoDB', () => {
  it('is asked again for the keys it left out, and failed when it goes on leaving them out', async () => {
    const [one, other] = [
      { address: 'unionid#u1', [officialAppid]: { openid: 'o1', following: true, at: 1 } },
      { address: `unionid#${canary.openid}`, [officialAppid]: { openid: 'o2', following: true, at: 1 } },
    ]
    const addresses = [{ unionid: id('u1') }, { unionid: canary.openid }]
    const mock = mockClient(DynamoDBDocumentClient)
    const left = { links: { Keys: [{ address: `unionid#${canary.openid}` }] } }
    mock
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { links: [one] }, UnprocessedKeys: left })
      .resolves({ Responses: { links: [other] } })
    const people = await createLinkStore(dynamo(), 'links').resolve(addresses)
    const seen = people.map(it => personIn(it, officialAppid))
    expect(seen).toMatchObject([{ openid: 'o1' }, { openid: 'o2' }])

    mock.reset()
    mock.on(BatchGetCommand).resolves({ Responses: { links: [] }, UnprocessedKeys: left })
    await expect(createLinkStore(dynamo(), 'links').resolve(addresses)).rejects.toThrow(
      '1 items of links stayed unread',
    )
  })

  it('passes on what is not a failed condition', async () => {
    const mock = mockClient(DynamoDBDocumentClient)
    mock.on(UpdateCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }))
    const lease = { owner: 'a', now: 0, until: 1 }
    await expect(createTokenStore(dynamo(), 'tokens').takeLease(officialAppid, lease)).rejects.toThrow('slow down')
  })

  it('reads a journal on when a query stops at its megabyte', async () => {
    const mock = mockClient(DynamoDBDocumentClient)
    const entry = (part: number, openid: string) => {
      const none = { packed: new Uint8Array() }
      return { part, follow: { ...none, others: [openid] }, unfollow: none }
    }
    mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [entry(1_000, 'o1')], LastEvaluatedKey: { walk: 'journal', part: 1_000 } })
      .resolves({ Items: [entry(2_000, 'o2')] })
    const entries = await Array.fromAsync(createJournal(dynamo(), 'walks', officialAppid, () => 0).entries())
    expect(entries.map(({ follow, notedAt }) => [follow, notedAt])).toEqual([
      [['o1'], 1],
      [['o2'], 2],
    ])
  })

  it('does not take a row of another shape for a delivery, nor its neighbours for one', async () => {
    const good = { id: 'b', state: 'accepted', attempts: 1, at: '2026-11-22T04:00:00.000Z' }
    const odd = [{ state: 'odd' }, { state: 'accepted', attempts: 'one' }, { uncertain: { since: 'x' } }]
    const rows = odd.map((it, index) => ({ id: `a${index}`, expiresAt: 9e9, ...it }))
    mockClient(DynamoDBDocumentClient)
      .on(BatchGetCommand)
      .resolves({ Responses: { deliveries: [...rows, { id: 'a3' }, { ...good, expiresAt: 9e9 }] } })
    expect(await deliveries().read(['a0', 'a1', 'a2', 'a3', 'b'])).toEqual(
      new Map([
        ['a0', { isUnreadable: true }],
        ['a1', { isUnreadable: true }],
        ['a2', { isUnreadable: true }],
        ['a3', {}],
        ['b', { delivery: good }],
      ]),
    )
  })

  // It said accepted all the same: when the event came again, it was taken for done, and the bus was never told.
  it('does not write a delivery whose way from its msgid it did not get to', async () => {
    const written: string[] = []
    mockClient(DynamoDBDocumentClient)
      .on(BatchWriteCommand)
      .callsFake(({ RequestItems }: BatchWriteCommandInput) => {
        const left =
          RequestItems?.deliveries?.filter(it => it.PutRequest?.Item?.id === `event#${officialAppid}#7`) ?? []
        written.push(...(RequestItems?.deliveries?.map(it => `${it.PutRequest?.Item?.id}`) ?? []))
        return { UnprocessedItems: { deliveries: left } }
      })
    const all = ['5', '6', '7'].map(msgid => accepted(`order-${msgid}`, msgid))
    expect(await deliveries({ isIndexed: true }).accept(all)).toEqual(new Set(['order-7']))
    expect(written.filter(it => it.startsWith('order'))).toEqual(['order-5', 'order-6'])
  })

  // What was written counted as unwritten, and so came again as if it were accepted by somebody else.
  it('has written what a request took before the next one failed', async () => {
    const left = [{ PutRequest: { Item: { id: 'order-7' } } }]
    mockClient(DynamoDBDocumentClient)
      .on(BatchWriteCommand)
      .resolvesOnce({ UnprocessedItems: { deliveries: left } })
      .rejects(Object.assign(new Error('away'), { $metadata: {} }))
    const all = ['5', '6', '7'].map(msgid => accepted(`order-${msgid}`, msgid))
    expect(await deliveries().accept(all)).toEqual(new Set(['order-7']))
  })

  it('writes the neighbours of a row that it refuses, or that cannot be put into a request', async () => {
    const written: string[] = []
    mockClient(DynamoDBDocumentClient)
      .on(BatchWriteCommand)
      .callsFake(({ RequestItems }: BatchWriteCommandInput) => {
        const ids = RequestItems?.deliveries?.map(it => `${it.PutRequest?.Item?.id}`) ?? []
        if (ids.includes('order-7'))
          throw Object.assign(new Error('no'), { name: 'ValidationException', $metadata: {} })
        if (ids.includes('order-9')) throw new Error('NaN is no number')
        written.push(...ids)
        return {}
      })
    const all = Array.from({ length: 25 }, (_, index) => accepted(`order-${index}`, `${index + 1}`))
    const told: unknown[] = []
    const error: Log['error'] = (name, fields) => void told.push([name, fields?.ids])
    const store = deliveries({ log: { ...silentLog, error } })
    expect(await store.accept(all)).toEqual(new Set(['order-7', 'order-9']))
    expect(written.length).toBe(23)
    expect(told.toSorted()).toEqual(['order-7', 'order-9'].map(it => ['deliveries.not-written', [it]]))
  })

  it('is not asked for each row alone when it is away', async () => {
    const mock = mockClient(DynamoDBDocumentClient)
    mock.on(BatchWriteCommand).rejects(Object.assign(new Error('away'), { $metadata: { attempts: 3 } }))
    const all = Array.from({ length: 25 }, (_, index) => accepted(`order-${index}`, `${index + 1}`))
    expect((await deliveries().accept(all)).size).toBe(25)
    expect(mock.commandCalls(BatchWriteCommand)).toHaveLength(1)
  })
})

describe('SQS', () => {
  it('has refused a push when it refused one of its messages', async () => {
    const mock = mockClient(SQSClient)
    mock.on(GetQueueUrlCommand).resolves({ QueueUrl: 'http://127.0.0.1/q' })
    mock.on(SendMessageBatchCommand).resolves({ Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] })
    await expect(createQueue('q').push([canary, {}])).rejects.toThrow('1 of 2 messages could not be sent to q')
  })

  it('is asked for a queue’s URL once, and again after a failure', async () => {
    const mock = mockClient(SQSClient)
    mock.on(GetQueueUrlCommand).rejectsOnce(new Error('away')).resolves({ QueueUrl: 'http://127.0.0.1/q' })
    mock.on(SendMessageBatchCommand).resolves({})
    const queue = createQueue('q')
    await expect(queue.push([canary])).rejects.toThrow('1 of 1 messages could not be sent to q')
    await queue.push(Array.from({ length: 25 }, () => ({})))
    await queue.push([{}])
    expect(mock.commandCalls(GetQueueUrlCommand)).toHaveLength(2)
    expect(mock.commandCalls(SendMessageBatchCommand).map(it => it.args[0].input.Entries?.length)).toEqual([
      10, 10, 5, 1,
    ])
  })
})

describe('SSM', () => {
  it('is asked for a secret once in five minutes, and again after a failure', async () => {
    let now = 0
    const mock = mockClient(SSMClient)
    mock
      .on(GetParametersCommand)
      .rejectsOnce(new Error('away'))
      .resolves({ Parameters: [{ Name: '/queqiao/test/mini-appsecret', Value: canary.appsecret }] })
    const secrets = createSecrets('/queqiao/test', () => now)
    await expect(secrets.get('mini-appsecret')).rejects.toThrow('away')
    const twice = [await secrets.get('mini-appsecret'), await secrets.get('mini-appsecret')]
    expect(twice).toEqual([canary.appsecret, canary.appsecret])
    expect(mock.commandCalls(GetParametersCommand)).toHaveLength(2)
    now = 300_001
    mock.on(GetParametersCommand).resolves({ Parameters: [] })
    expect(await secrets.get('mini-appsecret')).toBeUndefined()
  })

  it('is asked anew for a secret that was refused, but not for one that is known to be another, nor all the time', async () => {
    let now = 0
    const mock = mockClient(SSMClient)
    const Name = '/queqiao/test/mini-appsecret'
    const store = (Value: string) => mock.on(GetParametersCommand).resolves({ Parameters: [{ Name, Value }] })
    const secrets = createSecrets('/queqiao/test', () => now)
    store('before')
    await secrets.get('mini-appsecret')
    store('after')
    now = 9_999
    expect(await secrets.get('mini-appsecret', 'before')).toBe('before')
    now = 10_000
    expect(await secrets.get('mini-appsecret', 'another')).toBe('before')
    const both = ['before', 'before'].map(it => secrets.get('mini-appsecret', it))
    expect(await Promise.all(both)).toEqual(['after', 'after'])
    expect(mock.commandCalls(GetParametersCommand)).toHaveLength(2)
  })

  type Store = Readonly<Record<string, string | Error>>
  /** SSM as it answers: who may not read one of the names reads none. */
  function openStore(stored: Store) {
    const asked: (readonly string[])[] = []
    mockClient(SSMClient)
      .on(GetParametersCommand)
      .callsFake(({ Names }: { Names: string[] }) => {
        const names = Names.map(it => it.slice('/queqiao/test/'.length))
        asked.push(names)
        const values = names.map(it => stored[it])
        const refusal = values.find(it => it instanceof Error)
        if (refusal !== undefined) throw refusal
        return {
          Parameters: Names.flatMap((Name, at) => (values[at] === undefined ? [] : [{ Name, Value: values[at] }])),
        }
      })
    const clock = { now: 0 }
    return { asked, clock, secrets: createSecrets('/queqiao/test', () => clock.now) }
  }
  const fault = (name: string) => Object.assign(new Error('no'), { name, $fault: 'client' })

  // Forty requests a second are all that an account has: two for each cold login were too many.
  it('is asked once for all that a function needs, and once again after five minutes', async () => {
    const { asked, clock, secrets } = openStore({ 'mini-appsecret': 'a', 'session-keys': 'b' })
    secrets.need(['mini-appsecret', 'session-keys', 'mini-callback-aes-key'])
    const read = () => Promise.all([secrets.get('mini-appsecret'), secrets.get('session-keys')])
    expect(await read()).toEqual(['a', 'b'])
    expect(await secrets.get('mini-callback-aes-key')).toBeUndefined()
    clock.now = 300_000
    expect(await read()).toEqual(['a', 'b'])
    const all = ['mini-appsecret', 'session-keys', 'mini-callback-aes-key']
    expect(asked).toEqual([all, all])
  })

  it('lets a secret that may not be read keep no other back, and is asked for it only by who needs it', async () => {
    const { asked, secrets } = openStore({ 'mini-appsecret': 'a', 'session-keys': fault('AccessDeniedException') })
    secrets.need(['mini-appsecret', 'session-keys'])
    expect(await secrets.get('mini-appsecret')).toBe('a')
    expect(asked).toEqual([['mini-appsecret', 'session-keys'], ['mini-appsecret']])
    await expect(secrets.get('session-keys')).rejects.toThrow('no')
    expect(await secrets.get('mini-appsecret')).toBe('a')
    expect(asked.slice(2)).toEqual([['session-keys']])
  })

  // GetParameters refuses an eleventh name, and with it all.
  it('is asked for ten names at a time, side by side, and a run that fails is no other’s failure', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `shop-${index}-appsecret` as const)
    const away = new Error('away')
    const stored: Record<string, string | Error> = Object.fromEntries(names.map(it => [it, `of ${it}`]))
    stored['shop-11-appsecret'] = away
    const { asked, secrets } = openStore(stored)
    secrets.need(names)
    expect(await secrets.get('shop-0-appsecret')).toBe('of shop-0-appsecret')
    expect(asked).toEqual([names.slice(0, 10), names.slice(10)])

    // Nobody asked for these while it was away, and now it is not.
    stored['shop-11-appsecret'] = 'late'
    expect(await Promise.all([secrets.get('shop-10-appsecret'), secrets.get('shop-11-appsecret')])).toEqual([
      'of shop-10-appsecret',
      'late',
    ])
    expect(asked.slice(2)).toEqual([names.slice(10)])
  })

  it('is not asked more while it is busy', async () => {
    const { asked, secrets } = openStore({ 'mini-appsecret': fault('ThrottlingException') })
    secrets.need(['mini-appsecret', 'session-keys'])
    await expect(secrets.get('mini-appsecret')).rejects.toThrow('no')
    expect(asked).toHaveLength(1)
  })
})
