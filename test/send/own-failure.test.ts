/** Events that meet a failure of our own, in AWS or in the deployment: they wait, and say for whom. */

import { DynamoDBClient, DynamoDBServiceException, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { SSMServiceException } from '@aws-sdk/client-ssm'
import { describe, expect, it } from 'vitest'

import { ConfigError, WeChatError } from '../../lib/errors.ts'
import { reasonOfOurs } from '../../lib/send/own-failure.ts'
import { pickFreePort } from '../../local/ports.ts'
import { id } from '../ids.ts'
import { arrival, event, openSend, path, requeued, toUnion } from './send-world.ts'

const secret = 'the secret /queqiao/prod/official-appsecret is not set'
const notSet = new ConfigError([secret])
const [role, metadata] = ['arn:aws:sts::123456789012:assumed-role/send', { $fault: 'client', $metadata: {} } as const]
const denied = new SSMServiceException({ ...metadata, name: 'AccessDeniedException', message: `${role} may not` })
const noKey = new SSMServiceException({ ...metadata, name: 'InvalidKeyId', message: 'arn:aws:kms:eu:1:key/2' })
const away = new DynamoDBServiceException({ ...metadata, $fault: 'server', name: 'InternalServerError', message: 'x' })
const busy = new DynamoDBServiceException({ ...metadata, name: 'ThrottlingException', message: 'slow down' })
const bug = new TypeError('undefined is not a function')

const awsSays = 'an operator must act: config: AWS says'
const cases = [
  ['the appsecret is not set', notSet, `an operator must act: config: ${secret}`, 'operator', 150],
  ['the appsecret may not be read', denied, `${awsSays} AccessDeniedException`, 'operator', 150],
  ['no key opens the appsecret', noKey, `${awsSays} InvalidKeyId`, 'operator', 150],
  ['a table is away', away, 'passes by itself: our own tables or services could not be asked', 'ourselves', 15],
  ['a table is busy', busy, 'passes by itself: our own tables or services could not be asked', 'ourselves', 15],
] as const

/** The sender, whose token cannot be had for this error. */
async function openWithout(error: Error) {
  const world = await openSend()
  const accessTokens = { ...world.deps.accessTokens, present: async () => Promise.reject(error) }
  return { ...world, without: { accessTokens } }
}

describe('an event', () => {
  it.each(cases)('waits, says why, and is pushed again when %s', async (_what, error, reason, cause, least) => {
    const { follower, send, without, stateOf, queue, counted, gauged, calls } = await openWithout(error)
    const one = arrival(event('order-1', toUnion(await follower())), { attempts: 2 })
    expect(await send([one], without)).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({ state: 'waiting', reason, attempts: 2 })
    expect([queue.again.map(it => it.delaySeconds), await calls(path)]).toEqual([[least], 0])
    expect([counted.includes(`EventsWaiting ${cause}`), counted.includes('OperatorNeeded')]).toEqual([
      true,
      cause === 'operator',
    ])
    expect(gauged).toHaveProperty('EventWaitSeconds')
  })

  it.each(cases)('to somebody unknown waits too when %s', async (_what, error, reason) => {
    const { send, without, stateOf, queue } = await openWithout(error)
    const one = arrival(event('order-1', { openid: id('o-nobody-knows') }), { attempts: 2 })
    expect(await send([one], without)).toEqual([])
    expect(await stateOf('order-1')).toMatchObject({ state: 'waiting', reason })
    expect(queue.again).toHaveLength(1)
  })

  it('is sent once the appsecret is there, and was surely not sent before', async () => {
    const { follower, send, without, stateOf, queue, phone, tick } = await openWithout(notSet)
    await send([arrival(event('order-1', toUnion(await follower())), { attempts: 2 })], without)
    tick(3_600_000)
    expect(await send(queue.again.splice(0).map(requeued))).toEqual([])
    expect([phone().length, (await stateOf('order-1'))?.state]).toEqual([1, 'accepted'])
  })

  it('that meets a bug comes again by its queue, and the log tells of it', async () => {
    const { follower, send, without, stateOf, queue, lines } = await openWithout(bug)
    const one = arrival(event('order-1', toUnion(await follower())), { attempts: 2 })
    expect(await send([one], without)).toEqual([one])
    expect([await stateOf('order-1'), queue.again]).toEqual([undefined, []])
    expect(lines.find(it => it.event === 'send.failed')?.fields).toEqual({ app: 'official', id: 'order-1', error: bug })
  })

  it.each([
    ['whose lost call was repeated', new WeChatError('template/send', 40001, 'no', { isRepeat: true })],
    ['whose call failed for it', notSet],
  ])('%s stays perhaps sent where the appsecret fails after that', async (_what, refusal) => {
    const { deps, follower, send, stateOf, queue, tick, phone } = await openSend()
    const accessTokens = { ...deps.accessTokens, renew: async () => Promise.reject(notSet) }
    const wechat = { ...deps.wechat, sendTemplate: async () => Promise.reject(refusal) }
    await send([arrival(event('order-1', toUnion(await follower())), { attempts: 2 })], { accessTokens, wechat })
    expect(await stateOf('order-1')).toMatchObject({ state: 'waiting', reason: expect.stringContaining(secret) })
    tick(600_000)
    await send(queue.again.splice(0).map(requeued))
    expect([phone().length, (await stateOf('order-1'))?.state]).toEqual([0, 'in-doubt'])
  })
})

it('tells ops that an operator must act where a table may not be read at all', async () => {
  const { deps, send, queue, counted, one } = await openSend()
  const attempts = { ...deps.attempts, open: async () => Promise.reject(denied) }
  expect(await send([one], { attempts })).toEqual([])
  expect([counted, queue.again.map(it => it.delaySeconds)]).toEqual([['OperatorNeeded'], [150]])
})

it('knows a connection that AWS does not take for a failure of ours', async () => {
  const endpoint = `http://127.0.0.1:${await pickFreePort('127.0.0.1')}`
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', maxAttempts: 1, credentials })
  const error = await client.send(new ListTablesCommand()).catch(it => it)
  client.destroy()
  expect(reasonOfOurs(error)).toMatchObject({ cause: 'ourselves' })
})

it('knows credentials that are not there for what an operator must mend', async () => {
  const none = async () => Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' }))
  const client = new DynamoDBClient({ region: 'us-east-1', maxAttempts: 1, credentials: none })
  const error = await client.send(new ListTablesCommand()).catch(it => it)
  client.destroy()
  expect(reasonOfOurs(error)).toEqual({ cause: 'operator', why: 'config: AWS says CredentialsProviderError' })
})

it('repeats no more than so much of what is wrong with a deployment', () => {
  expect(reasonOfOurs(new ConfigError(['x'.repeat(5_000)]))?.why).toHaveLength(200)
})
