import { GetQueueUrlCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { mockClient } from 'aws-sdk-client-mock'
import { expect, it } from 'vitest'
import { createPushQueue } from '../../../lib/adapters/aws/push-queue.ts'
import { createPushSink } from '../../../lib/adapters/aws/push-subscribers.ts'
import { publishedPush } from '../../../lib/callback/published-push.ts'
import { officialAppid } from '../../ids.ts'
import { stubAws } from '../../opened.ts'

/** What SQS takes in a message, by the page of SendMessage. */
const taken = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u

// A text with one of these was not queued: WeChat got an error for it, and the account no pushes after a few.
it('queues whatever people write, in characters that SQS takes', async () => {
  stubAws()
  const sqs = mockClient(SQSClient)
  sqs.on(GetQueueUrlCommand).resolves({ QueueUrl: 'http://127.0.0.1/q' })
  sqs.on(SendMessageBatchCommand).resolves({})
  const text = '你好 \uFFFE\uFFFF \uD83D \u0000\u001f 😀 \\uffff'
  const message = JSON.stringify({ MsgType: 'text', Content: text }).replace('\\\\uffff', '\uFFFF')
  const push = { appid: officialAppid, message, at: 1, hops: 0, to: 'subscribers' as const }
  const published = publishedPush(push, { name: 'official', appid: officialAppid })
  await createPushQueue('q').push([push])
  await createPushSink('sink').publish([published])
  const bodies = sqs
    .commandCalls(SendMessageBatchCommand)
    .flatMap(it => it.args[0].input.Entries ?? [])
    .map(it => it.MessageBody ?? '')
  expect(bodies.map(it => taken.test(it))).toEqual([true, true])
  expect(bodies.map(it => JSON.parse(it))).toMatchObject([push, { detail: { push: { MsgType: 'text' } } }])
})
