import { createServer } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { describe, expect, it } from 'vitest'
import { createHandler } from '../../functions/pass-on.ts'
import { createPushQueue } from '../../lib/adapters/aws/push-queue.ts'
import { createPushSink } from '../../lib/adapters/aws/push-subscribers.ts'
import { type PassOnDeps, parsePassOn, passOnPushes } from '../../lib/callback/pass-on.ts'
import type { PassOn } from '../../lib/callback/ports.ts'
import type { PublishedPush } from '../../lib/callback/published-push.ts'
import { batchOf, context } from '../functions/context.ts'
import { listen } from '../listen.ts'
import { localAws, openEmulator, stubAws } from '../opened.ts'
import { twoPairs } from '../second-pair.ts'
import { unhandledIn } from '../unhandled.ts'
import { eventMessage, official, openCallback, openTarget, targetOf, textMessage } from './behind-us.ts'

const kept = (message: string) => ({ appid: official.appid, message, at: 5, hops: 0 })
const toAll = (message: string): PassOn => ({ ...kept(message), to: 'subscribers' })
const toTarget = (message: string, target = 'crm'): PassOn => ({ ...kept(message), to: 'target', target })
const named = (all: readonly PassOn[]) => all.map((it, index) => ({ ...it, messageId: `${index}` }))

/** A listener that refuses what `refuses` says. */
function openListener(refuses: (push: PublishedPush) => boolean = () => false) {
  const taken: PublishedPush[] = []
  const publish = async (pushes: readonly PublishedPush[]) => {
    const refused = new Set(pushes.flatMap((it, index) => (refuses(it) ? index : [])))
    taken.push(...pushes.filter((_, index) => !refused.has(index)))
    return { refused, ...(refused.size === 0 ? {} : { cause: new Error('the bus is away') }) }
  }
  return { taken, publish }
}

function depsOf(urls: readonly string[], subscribers: PassOnDeps['subscribers']) {
  const callback = openCallback(urls.map(url => targetOf(url)))
  const { deps } = callback
  const of: PassOnDeps['of'] = app => ({ ...deps, app })
  return { ...callback, deps: { apps: twoPairs, of, subscribers, log: deps.log } satisfies PassOnDeps }
}

describe('passing on', () => {
  it('publishes to all who listen, and hands back only what one of them did not take', async () => {
    const [one, other] = [openListener(), openListener(it => it.type === 'wechat.CLICK')]
    const { deps, told } = depsOf([], [one, other])
    const items = named([toAll(textMessage('hi')), toAll(eventMessage('CLICK'))])
    expect(await passOnPushes(items, deps)).toEqual([items[1]])
    expect([one.taken.length, other.taken.map(it => it.type)]).toEqual([2, ['wechat.text']])
    expect(told).toEqual([{ event: 'push.not-published', messages: 1, error: new Error('the bus is away') }])
  })

  it('calls a server once, and never again, whatever becomes of it', async () => {
    const { got, url } = await openTarget(call => void call.socket.destroy())
    const { deps, told, failures } = depsOf([url], [])
    expect(await passOnPushes(named([toTarget(eventMessage('unsubscribe'))]), deps)).toEqual([])
    expect([got, failures()]).toEqual([[eventMessage('unsubscribe')], 1])
    expect(told).toMatchObject([{ event: 'push.not-forwarded', target: 'crm', why: 'unreachable' }])
  })

  it('does not lose the bus for a dead server, nor the server for a dead bus', async () => {
    const { got, url } = await openTarget()
    const listener = openListener(() => true)
    const items = named([toAll(textMessage('hi')), toTarget(textMessage('hi'))])
    expect(await passOnPushes(items, depsOf([url], [listener]).deps)).toEqual([items[0]])
    expect(got).toEqual([textMessage('hi')])
    const alive = openListener()
    expect(await passOnPushes(items, depsOf(['http://127.0.0.1:1/'], [alive]).deps)).toEqual([])
    expect(alive.taken).toHaveLength(1)
  })

  // Nobody awaited the servers while the listeners were called: keys that could not be read ended the function.
  it('throws that the keys of a server cannot be read, however late the listeners answer', async () => {
    const listener = openListener()
    const late: PassOnDeps['subscribers'] = [{ publish: it => setImmediate().then(() => listener.publish(it)) }]
    const { deps } = depsOf([await listen(createServer())], late)
    const keysOf = () => Promise.reject(new Error('no secrets'))
    const of: PassOnDeps['of'] = app => ({ ...deps.of(app), keysOf })
    const items = named([toAll(textMessage('hi')), toTarget(textMessage('hi'))])
    const unhandled = await unhandledIn(() =>
      expect(passOnPushes(items, { ...deps, of })).rejects.toThrow('no secrets'),
    )
    expect([unhandled, listener.taken.length]).toEqual([[], 1])
  })

  it('drops a push for a server that is in the list no more, and says so', async () => {
    const { deps, told } = depsOf([], [])
    expect(await passOnPushes(named([toTarget(textMessage('hi'), 'gone')]), deps)).toEqual([])
    expect(told).toEqual([{ event: 'push.unknown-target', target: 'gone' }])
  })

  it('leaves one message that nobody can read to the dead letters, and works on the others', async () => {
    const listener = openListener()
    const handler = createHandler(async () => depsOf([], [listener]).deps)
    const batch = batchOf({ good: toAll(textMessage('hi')), bad: { to: 'somewhere' } })
    expect(await handler(batch, context)).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] })
    expect(listener.taken).toHaveLength(1)
  })
})

describe('the queue of pushes', () => {
  it('drops WeChat’s repeats, and keeps each destination and each other push', async () => {
    const endpoint = await openEmulator()
    stubAws({ AWS_ENDPOINT_URL_SQS: endpoint })
    const sqs = new SQSClient({ ...localAws, endpoint })
    const made = await sqs.send(new CreateQueueCommand({ QueueName: 'p.fifo', Attributes: { FifoQueue: 'true' } }))
    const queue = createPushQueue('p.fifo')
    const pushes = [
      toAll(textMessage('hi')),
      toTarget(textMessage('hi')),
      toTarget(textMessage('hi', 2)),
      toAll(textMessage('x', 3)),
    ]
    for (let n = 0; n < 3; n++) await queue.push(pushes)
    const request = { QueueUrl: made.QueueUrl, MaxNumberOfMessages: 10 }
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(request))
    expect(Messages.map(it => parsePassOn(it.Body ?? ''))).toEqual(pushes)
    sqs.destroy()
  })

  it('has its pushes taken by a queue of the operator’s, in the form that a bus gives its targets', async () => {
    const endpoint = await openEmulator()
    stubAws({ AWS_ENDPOINT_URL_SQS: endpoint })
    const sqs = new SQSClient({ ...localAws, endpoint })
    const made = await sqs.send(new CreateQueueCommand({ QueueName: 'theirs' }))
    const { deps } = depsOf([], [createPushSink('theirs'), createPushSink('missing')])
    const items = named([toAll(textMessage('hi'))])
    expect(await passOnPushes(items, deps)).toEqual(items)
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: made.QueueUrl }))
    expect(Messages.map(it => JSON.parse(it.Body ?? ''))).toEqual([
      {
        source: 'queqiao',
        'detail-type': 'wechat.text',
        detail: expect.objectContaining({
          account: 'official',
          openid: 'oA1b2',
          push: expect.objectContaining({ Content: 'hi' }),
        }),
      },
    ])
    sqs.destroy()
  })
})
