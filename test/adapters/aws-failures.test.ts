/** What the AWS SDK may answer that no emulator does. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetQueueUrlCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import { BatchGetCommand, DynamoDBDocumentClient, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { describe, expect, it } from 'vitest'

import { createDeliveryStore } from '../../lib/adapters/dynamo-deliveries.ts'
import { createLinkStore } from '../../lib/adapters/dynamo-links.ts'
import { createTokenStore } from '../../lib/adapters/dynamo-tokens.ts'
import { createWalkStore } from '../../lib/adapters/dynamo-walks.ts'
import { createQueue } from '../../lib/adapters/sqs-queues.ts'
import { createSecrets } from '../../lib/adapters/ssm-secrets.ts'
import { id, officialAppid } from '../ids.ts'

const dynamo = () => DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }))

describe('DynamoDB', () => {
  it('is asked again for the keys it left out, and failed when it goes on leaving them out', async () => {
    const [one, other] = [
      { address: 'unionid#u1', openid: 'o1', following: true },
      { address: 'unionid#u2', openid: 'o2', following: true },
    ]
    const addresses = [{ unionid: id('u1') }, { unionid: id('u2') }]
    const mock = mockClient(DynamoDBDocumentClient)
    const left = { links: { Keys: [{ address: 'unionid#u2' }] } }
    mock
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { links: [one] }, UnprocessedKeys: left })
      .resolves({ Responses: { links: [other] } })
    const people = await createLinkStore(dynamo(), 'links').resolve(addresses)
    expect(people).toMatchObject([{ openid: 'o1' }, { openid: 'o2' }])

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

  it('reads a walk on when a query stops at its megabyte', async () => {
    const mock = mockClient(DynamoDBDocumentClient)
    mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [{ part: 0, openids: 'o1\no2' }], LastEvaluatedKey: { walk: 'w', part: 0 } })
      .resolves({ Items: [{ part: 1, openids: 'o3' }] })
    const walk = { id: 'w', startedAt: 0, pages: 1, followers: 3, total: 3 }
    expect(await Array.fromAsync(createWalkStore(dynamo(), 'walks').openids(walk))).toEqual([['o1', 'o2'], ['o3']])
  })

  it('does not take a row of another shape for a delivery', async () => {
    mockClient(DynamoDBDocumentClient)
      .on(BatchGetCommand)
      .resolves({ Responses: { deliveries: [{ id: 'a', expiresAt: 9e9, state: 'odd' }] } })
    await expect(createDeliveryStore(dynamo(), 'deliveries', () => 0).read(['a'])).rejects.toThrow()
  })
})

describe('SQS', () => {
  it('has refused a push when it refused one of its messages', async () => {
    const mock = mockClient(SQSClient)
    mock.on(GetQueueUrlCommand).resolves({ QueueUrl: 'http://127.0.0.1/q' })
    mock.on(SendMessageBatchCommand).resolves({ Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] })
    await expect(createQueue('q').push([{}, {}])).rejects.toThrow('SQS refused 1 messages for q: InternalError')
  })

  it('is asked for a queue’s URL once, and again after a failure', async () => {
    const mock = mockClient(SQSClient)
    mock.on(GetQueueUrlCommand).rejectsOnce(new Error('away')).resolves({ QueueUrl: 'http://127.0.0.1/q' })
    mock.on(SendMessageBatchCommand).resolves({})
    const queue = createQueue('q')
    await expect(queue.push([{}])).rejects.toThrow('away')
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
      .resolves({ Parameters: [{ Value: 'secret' }] })
    const secrets = createSecrets('/queqiao/test', () => now)
    await expect(secrets.get('mini-appsecret')).rejects.toThrow('away')
    expect([await secrets.get('mini-appsecret'), await secrets.get('mini-appsecret')]).toEqual(['secret', 'secret'])
    expect(mock.commandCalls(GetParametersCommand)).toHaveLength(2)
    now = 300_001
    mock.on(GetParametersCommand).resolves({ Parameters: [] })
    expect(await secrets.get('mini-appsecret')).toBeUndefined()
  })
})
