/** Each line of the log names the invocation that wrote it, and the messages or the event that it is about. */

import type { Context, SQSRecord } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { appids } from '../kit/app.ts'
import { memoryImageFiles } from '../kit/memory-files.ts'
import { memoryImages } from '../kit/memory-stores.ts'
import { httpFunction, type Open, queueFunction, scheduleFunction } from '../lib/adapters/lambda.ts'
import { createLog } from '../lib/adapters/logger.ts'
import { RequestError } from '../lib/errors.ts'
import { linkFollowers } from '../lib/followers/link-followers.ts'
import { checkImages } from '../lib/images/check-images.ts'
import { receiveImages } from '../lib/images/receive-images.ts'
import type { Named } from '../lib/log-scope.ts'
import { keepReceipts } from '../lib/send/receipts.ts'
import { sendBatch } from '../lib/send/send.ts'
import { openFollowers } from './followers/followers-world.ts'
import { stageApps } from './idle-pair.ts'
import { id } from './ids.ts'
import { openCheckWorld } from './images/check-images-world.ts'
import { arrival, openSend, stageOf } from './send/send-world.ts'
import { openWorld } from './world.ts'
import { type WrittenLine, writtenLines } from './written-lines.ts'

const contextOf = (awsRequestId: string, ms = 60_000) =>
  ({ getRemainingTimeInMillis: () => ms, awsRequestId }) as Partial<Context> as Context
const recordOf = (messageId: string) =>
  ({
    messageId,
    body: messageId,
    receiptHandle: messageId,
    attributes: { ApproximateFirstReceiveTimestamp: '1' },
    eventSourceARN: 'arn:aws:sqs:cn-north-1:123456789012:queqiao-prod-events',
  }) as Partial<SQSRecord> as SQSRecord
const records = ['m-1', 'm-2'].map(recordOf)
const log = createLog()
const named = ({ messageId }: Named) => ({ messageId })
const away = async () => Promise.reject(new Error('away'))
const namesOf = (lines: readonly WrittenLine[], name: string) =>
  lines.filter(it => it.message === name).map(({ messageId, messageIds }) => messageId ?? messageIds)

type Work<D> = Parameters<typeof queueFunction<{ readonly body: string }, D>>[1]['work']

/** Has a consumer work on two messages, and answers the lines that this writes. */
async function consume<D>(open: Open<D>, work: Work<D>) {
  const lines = writtenLines()
  const handler = queueFunction(open, { read: ({ body }) => ({ body }), work })
  await handler({ Records: records }, contextOf('request-7'))
  const written = lines()
  expect(written.filter(it => it.requestId !== 'request-7')).toEqual([])
  const isNamed = (it: WrittenLine) =>
    [it.messageId, it.messageIds, it.id, it.ids].flat().some(name => name !== undefined)
  expect(written.filter(it => !isNamed(it))).toEqual([])
  expect(written).not.toEqual([])
  return written
}

describe('a line', () => {
  it.each([
    ['an error', async () => Promise.reject(new Error('bug')), 'http.failed'],
    ['a refusal', async () => Promise.reject(new RequestError('body-invalid', 400, 'no')), 'http.refused'],
    ['what takes too long', () => new Promise<never>(() => {}), 'http.failed'],
  ])('about %s names the request that it answers', async (_what, work, message) => {
    const lines = writtenLines()
    const handler = httpFunction(async () => ({}), work)
    const event = { isBase64Encoded: false, headers: {} } as Parameters<typeof handler>[0]
    await handler(event, contextOf('request-8', 510))
    expect(lines()).toMatchObject([{ message, requestId: 'request-8' }])
  })

  it('names the invocation that began its work, also when it comes late', async () => {
    const lines = writtenLines()
    let late = async () => {}
    const handler = scheduleFunction(
      async () => ({}),
      async (_deps, { input }) => {
        log.info('test.begun')
        const begun = Promise.withResolvers<void>()
        const told = begun.promise.then(() => log.info('test.late'))
        if (input !== 'first') return
        late = () => {
          begun.resolve()
          return told
        }
      },
    )
    await handler('first', contextOf('request-1'))
    await handler('second', contextOf('request-2'))
    await late()
    expect(lines().map(it => [it.message, it.requestId])).toEqual([
      ['test.begun', 'request-1'],
      ['test.begun', 'request-2'],
      ['test.late', 'request-1'],
    ])
  })

  it('outside of an invocation names none, as in the tools', () => {
    const lines = writtenLines()
    log.info('test.told', { openids: 1 })
    expect(lines()).toEqual([expect.not.objectContaining({ requestId: expect.anything() })])
  })

  it('of a batch names all of its messages, unless it names its events', async () => {
    const written = await consume(
      async () => ({}),
      async () => {
        log.info('test.batch')
        log.info('test.events', { ids: ['order-1'] })
        log.info('test.event', { id: 'order-1' })
        log.info('test.unknown', { id: undefined, ids: [] })
        return []
      },
    )
    expect(written.map(it => it.messageIds)).toEqual([['m-1', 'm-2'], undefined, undefined, ['m-1', 'm-2']])
  })
})

describe('the lines of a consumer', () => {
  it('name a message that cannot be read', async () => {
    const lines = writtenLines()
    const read = () => {
      throw new Error('no')
    }
    await queueFunction(async () => ({}), { read, work: async () => [] })({ Records: records }, contextOf('request-7'))
    expect(namesOf(lines(), 'queue.unreadable')).toEqual(['m-1', 'm-2'])
  })

  it('send: of each event its own message, of the batch all', async () => {
    const { deps } = await openSend()
    const written = await consume(
      async () => ({ ...stageOf(deps), log }),
      async (items, given, limits) => {
        await sendBatch(
          items.map(it => arrival('no event', named(it))),
          given,
          limits,
        )
        return []
      },
    )
    const all = ['m-1', 'm-2']
    expect(namesOf(written, 'send.rejected')).toEqual(['m-1', all])
    expect(namesOf(written, 'send.batch')).toEqual([all])
  })

  it('link-followers: all messages of the batch', async () => {
    const { deps } = await openFollowers()
    const written = await consume(
      async () => ({ ...deps, links: { ...deps.links, writeFollower: away, find: away }, log }),
      async (items, given, limits) => {
        const news = (index: number) => ({
          change: 'follow' as const,
          official: appids.official,
          openids: [id(`o-${index}`)],
          at: 1,
        })
        const arrivals = items.map((it, index) => ({
          ...named(it),
          news: news(index),
          receiptHandle: 'h',
          receives: 1,
        }))
        await linkFollowers(arrivals, given, limits)
        return []
      },
    )
    expect(namesOf(written, 'link-followers.batch')).toEqual([['m-1', 'm-2']])
  })

  it('receipts: the message of each', async () => {
    const { deliveries } = await openWorld()
    const written = await consume(
      async () => ({ deliveries: { ...deliveries, keepReceipt: away }, log }),
      async (items, given) => {
        await keepReceipts(
          items.map(it => ({
            ...named(it),
            official: appids.official,
            msgid: '1',
            status: 'success',
            at: 1,
            receives: 1,
          })),
          given,
        )
        return []
      },
    )
    expect(namesOf(written, 'receipts.not-written')).toEqual(['m-1', 'm-2'])
    expect(namesOf(written, 'receipts.batch')).toEqual([['m-1', 'm-2']])
  })

  it('receive-images: the message of each', async () => {
    const [images, files, imageArrivals] = [memoryImages(), memoryImageFiles(), { push: away }]
    const deps = {
      apps: stageApps,
      images,
      files,
      imageArrivals,
      checks: undefined,
      metadata: 'strip' as const,
      now: Date.now,
      log,
    }
    const written = await consume(
      async () => ({ ...deps, files: { ...files, head: away } }),
      async (items, given, limits) => {
        const key = `uploads/${'o'.repeat(22)}/${'i'.repeat(22)}`
        await receiveImages(
          items.map(it => ({ ...named(it), keys: ['foreign', key] })),
          given,
          limits,
        )
        return []
      },
    )
    for (const name of ['images.foreign-key', 'images.not-received'])
      expect(namesOf(written, name), name).toEqual(['m-1', 'm-2'])
  })

  it('check-images: the message of each', async () => {
    const { deps } = await openCheckWorld()
    const written = await consume(
      async () => ({ ...deps, images: { ...deps.images, find: away }, log }),
      async (items, given, limits) => {
        const message = { mini: appids.mini, ask: 'i'.repeat(22) }
        await checkImages(
          items.map(it => ({ ...named(it), message, receiptHandle: 'h', receives: 1 })),
          given,
          limits,
        )
        return []
      },
    )
    expect(namesOf(written, 'check-images.failed')).toEqual(['m-1', 'm-2'])
  })
})
