import type { SQSRecord } from 'aws-lambda'

import { queueFunction } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import { log, now, random } from '../lib/runtime/context.ts'
import { eventQueue } from '../lib/runtime/queues.ts'
import { deliveryStore, linkStore } from '../lib/runtime/stores.ts'
import { templates } from '../lib/runtime/templates.ts'
import { accessTokens, officialAccount } from '../lib/runtime/wechat.ts'
import { sendBatch } from '../lib/send.ts'

export const handler = queueFunction(
  async () => {
    const app = officialAccount()
    return {
      wechat: app.wechat,
      accessTokens: accessTokens(app),
      miniAppid: config('WECHAT_MINI_APPID').WECHAT_MINI_APPID,
      links: linkStore(),
      deliveries: deliveryStore(),
      events: eventQueue(),
      templates: templates(),
      now,
      random,
      log,
    }
  },
  { read: arrivalOf, work: sendBatch },
)

function arrivalOf({ body, receiptHandle, attributes, messageAttributes }: SQSRecord) {
  const receives = Number(attributes.ApproximateReceiveCount)
  const before = Number(messageAttributes.attempts?.stringValue ?? 0)
  const firstReceivedAt = Number(attributes.ApproximateFirstReceiveTimestamp)
  return { body, receiptHandle, firstReceivedAt, attempts: before + receives }
}
