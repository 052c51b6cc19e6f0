import type { APIGatewayProxyEventV2, Context, SQSRecord } from 'aws-lambda'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import {
  type HttpAnswer,
  type HttpRequest,
  httpFunction,
  queueFunction,
  scheduleFunction,
} from '../../lib/adapters/lambda.ts'
import { createMetrics } from '../../lib/adapters/metrics.ts'
import { ConfigError, RequestError, TransportError, WeChatError } from '../../lib/errors.ts'
import { canary, leaksIn } from '../canary.ts'
import { metricsIn, writtenMetrics } from '../written-metrics.ts'

const context = {
  getRemainingTimeInMillis: () => 60_000,
  functionName: 'test',
  awsRequestId: 'request-1',
} as Partial<Context> as Context
const planted = {
  headers: { authorization: `Bearer ${canary.accessToken}` },
  queryStringParameters: { openid: canary.openid },
  pathParameters: { id: canary.openid },
  body: JSON.stringify(canary),
}
const request = (more: object = {}) =>
  ({ isBase64Encoded: false, ...planted, ...more }) as Partial<APIGatewayProxyEventV2> as APIGatewayProxyEventV2
const eventSourceARN = 'arn:aws:sqs:cn-north-1:123456789012:queqiao-prod-receipts'
const record = (messageId: string, body: string, firstAt = Date.now()) => {
  const attributes = { ApproximateFirstReceiveTimestamp: `${firstAt}` }
  return { messageId, body, attributes, eventSourceARN } as Partial<SQSRecord> as SQSRecord
}

async function invoke(handler: ReturnType<typeof httpFunction>, event = request()) {
  const answer = await handler(event, context)
  expect(leaksIn(answer)).toEqual([])
  return answer
}

async function answerTo(work: (request: HttpRequest) => Promise<HttpAnswer>, event = request()) {
  const answer = await invoke(
    httpFunction(async () => ({}), work),
    event,
  )
  const problem: unknown = JSON.parse(answer.body ?? 'null')
  return { ...answer, problem }
}

const failing = (error: unknown) => answerTo(async () => Promise.reject(error))

describe('httpFunction', () => {
  it('leads elsewhere, for as long as the answer says', async () => {
    const answer = { status: 302, body: '', location: 'https://files.example.com/a', maxAgeSeconds: 120 }
    const headers = { location: answer.location, 'cache-control': 'public, max-age=120' }
    expect(
      await invoke(
        httpFunction(
          async () => ({}),
          async () => answer,
        ),
      ),
    ).toMatchObject({ statusCode: 302, headers })
  })

  it('hands over the body whatever its encoding, the query, the path and the headers', async () => {
    const seen: HttpRequest[] = []
    const event = request({
      body: Buffer.from('{"名":1}').toString('base64'),
      isBase64Encoded: true,
      queryStringParameters: { a: '1' },
      pathParameters: { id: 'order-1:paid' },
      headers: { authorization: 'Bearer x' },
      requestContext: { timeEpoch: 1767225600000 } as never,
    })
    const answer = await answerTo(async it => {
      seen.push(it)
      return { status: 201, body: { ok: true } }
    }, event)
    expect(seen).toEqual([
      {
        body: '{"名":1}',
        query: { a: '1' },
        path: { id: 'order-1:paid' },
        headers: { authorization: 'Bearer x' },
        receivedAt: 1767225600000,
      },
    ])
    expect(answer).toMatchObject({
      statusCode: 201,
      body: '{"ok":true}',
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    })
  })

  it.each([
    [
      new RequestError('body-invalid', 400, 'code: missing'),
      400,
      { code: 'body-invalid', detail: 'code: missing', title: 'Bad Request' },
    ],
    [new WeChatError('jscode2session', -1, 'system error'), 502, { code: 'wechat-unavailable', errcode: -1 }],
    [new TransportError('jscode2session', 'timeout', 'late'), 502, { code: 'wechat-unavailable' }],
    [new WeChatError('jscode2session', 40125, 'invalid appsecret', { rid: 'a-b-c' }), 500, { code: 'internal' }],
    [new ConfigError(['TABLE must be a table']), 500, { code: 'internal' }],
    [new TypeError('secret bug at /var/task'), 500, { code: 'internal' }],
  ])('answers %s as a problem', async (error, status, problem) => {
    const answer = await failing(error)
    expect(answer).toMatchObject({
      statusCode: status,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
    })
    expect(answer.problem).toMatchObject({ type: 'about:blank', status, ...problem })
    if (status === 500) expect(answer.body).not.toMatch(/secret|TABLE|appsecret/)
  })

  it('says when to try again after a quota', async () => {
    const answer = await failing(
      new WeChatError('jscode2session', 45011, 'api minute-quota reach limit', { rid: 'a-b-c' }),
    )
    expect(answer).toMatchObject({ statusCode: 429, headers: { 'retry-after': expect.stringMatching(/^[1-6]?\d$/) } })
    expect(answer.problem).toMatchObject({ code: 'wechat-busy', errcode: 45011, rid: 'a-b-c' })
  })

  it('says with a 405 what is allowed', async () => {
    const allow = ['GET', 'DELETE']
    const answer = await failing(new RequestError('method-not-allowed', 405, 'not POST', { allow }))
    expect(answer).toMatchObject({ statusCode: 405, headers: { allow: 'GET, DELETE' } })
    expect((await failing(new RequestError('file-unknown', 404, 'none'))).headers).not.toHaveProperty('allow')
  })

  it('refuses a body of more than 64 KB', async () => {
    const answer = await answerTo(async () => ({ status: 200, body: {} }), request({ body: 'x'.repeat(70_000) }))
    expect(answer).toMatchObject({ statusCode: 413, problem: { code: 'body-too-large' } })
  })

  it('answers half a second before Lambda would end it without an answer', { timeout: 10_000 }, async () => {
    const endless = httpFunction(
      async () => ({}),
      () => new Promise<HttpAnswer>(() => {}),
    )
    const answer = await endless(request(), { ...context, getRemainingTimeInMillis: () => 510 })
    expect(answer).toMatchObject({ statusCode: 500, body: expect.stringContaining('internal') })
  })

  it('opens once per container, and again after a failure', async () => {
    let opened = 0
    const open = async () => {
      opened += 1
      if (opened === 1) throw new ConfigError(['not yet'])
      return {}
    }
    const handler = httpFunction(open, async () => ({ status: 200, body: {} }))
    const answers = []
    for (let call = 0; call < 3; call++) answers.push((await invoke(handler)).statusCode)
    expect(answers).toEqual([500, 200, 200])
    expect(opened).toBe(2)
  })
})

describe('queueFunction', () => {
  it('hands back what cannot be read and what must come again, alone', async () => {
    const handler = queueFunction(async () => ({}), {
      read: ({ body }) => ({ value: v.parse(v.pipe(v.string(), v.parseJson()), body) }),
      work: async items => items.filter(it => it.value === 2),
    })
    const Records = [record('a', '1'), record('b', canary.openid), record('c', '2'), record('d', '3')]
    expect(await handler({ Records }, context)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'c' }],
    })
  })

  // A failure was bound to the item itself: of a copy, as every spread makes one, the message was deleted.
  it('hands back the message of an item that its work answers as a copy', async () => {
    const handler = queueFunction(async () => ({}), {
      read: ({ body }) => ({ value: body }),
      work: async items => items.filter(it => it.value === 'bad').map(it => ({ ...it, tries: 2 })),
    })
    const Records = [record('a', 'bad'), record('b', 'well')]
    expect(await handler({ Records }, context)).toEqual({ batchItemFailures: [{ itemIdentifier: 'a' }] })
  })

  // SQS leaves out of its age what was received three times: an alarm on that never rang for what fails again and again.
  it('tells for how many seconds the oldest of what it hands back has failed, by queue, and nothing where all is well', async () => {
    const written = writtenMetrics()
    const handler = queueFunction(async () => ({}), {
      read: ({ body }) => ({ value: body }),
      work: async items => items.filter(it => it.value !== 'well'),
    })
    const ago = (minutes: number) => Date.now() - minutes * 60_000
    const Records = [record('a', 'bad', ago(16)), record('b', 'bad', ago(2)), record('c', 'well', ago(90))]
    await handler({ Records }, context)
    await handler({ Records: [record('c', 'well', ago(90))] }, context)
    expect(written()).toEqual([expect.objectContaining({ FailingSeconds: 960, queue: 'queqiao-prod-receipts' })])
  })

  it('writes what was counted once, at the end of an invocation, also of one that fails: a line for each set of dimensions', async () => {
    const written = writtenMetrics()
    const metrics = createMetrics()
    const handler = scheduleFunction(
      async () => ({}),
      async () => {
        for (const templateId of ['a', 'b', 'a'])
          metrics.count('MessageOutcome', { outcome: 'accepted', templateId }, 2)
        metrics.count('BreakerOpened')
        for (const seconds of [7, 3]) metrics.gauge('EventWaitSeconds', seconds)
        expect(written()).toEqual([])
        throw new Error('bug')
      },
    )
    await expect(handler({}, context)).rejects.toThrow('bug')
    const told = written().map(it => metricsIn(it).map(({ metric, unit, values }) => [metric, unit, values]))
    expect(told).toEqual([
      [['MessageOutcome', 'Count', [2, 2]]],
      [['MessageOutcome', 'Count', [2]]],
      [
        ['BreakerOpened', 'Count', [1]],
        ['EventWaitSeconds', 'None', [7, 3]],
      ],
    ])
    expect(written().map(it => it.requestId)).toEqual(Array(3).fill('request-1'))
    expect(metricsIn(written()[1] ?? { _aws: {} })).toMatchObject([
      { dimensions: { service: 'queqiao-prod', outcome: 'accepted', templateId: 'b' } },
    ])
    await expect(handler({}, context)).rejects.toThrow()
    expect(written()).toHaveLength(6)
  })

  it('fails as a whole when its dependencies cannot be opened: that is not the records’ fault', async () => {
    const handler = queueFunction(async () => Promise.reject(new ConfigError(['wrong'])), {
      read: it => it,
      work: async () => [],
    })
    await expect(handler({ Records: [record('a', '1')] }, context)).rejects.toThrow('wrong')
  })
})

describe('the deadline of the work', () => {
  it.each([
    [900_000, 15_000],
    [60_000, 15_000],
    [25_000, 15_000],
    [20_000, 12_000],
    [5_000, 3_000],
  ])('of a function with %i ms left is %i ms before its end', async (remainingMs, spareMs) => {
    const handler = scheduleFunction(
      async () => ({}),
      async (_deps, { until }) => until,
    )
    const before = Date.now()
    const until = await handler({} as never, { ...context, getRemainingTimeInMillis: () => remainingMs })
    const after = Date.now()
    expect(until).toBeGreaterThanOrEqual(before + remainingMs - spareMs)
    expect(until).toBeLessThanOrEqual(after + remainingMs - spareMs)
  })
})

describe('scheduleFunction', () => {
  it('gives its work a deadline before Lambda’s, and looks failed when it failed', async () => {
    const remaining: number[] = []
    const good = scheduleFunction(
      async () => ({}),
      async (_deps, { until }) => void remaining.push(until - Date.now()),
    )
    await good({} as never, context)
    expect(remaining[0]).toBeLessThanOrEqual(45_000)
    const bad = scheduleFunction(
      async () => ({}),
      async () => Promise.reject(new Error('sync run failed')),
    )
    await expect(bad({} as never, context)).rejects.toThrow('sync run failed')
  })
})
