import type { SQSRecord } from 'aws-lambda'

import { queueFunction } from '../lib/adapters/lambda.ts'
import { config } from '../lib/config.ts'
import { log, now, random } from '../lib/runtime/context.ts'
import { metrics } from '../lib/runtime/metrics.ts'
import { eventQueue, followersQueue } from '../lib/runtime/queues.ts'
import { results } from '../lib/runtime/results.ts'
import { deliveryStore, gateStore, linkStore } from '../lib/runtime/stores.ts'
import { templates } from '../lib/runtime/templates.ts'
import { accessTokens, officialAccount } from '../lib/runtime/wechat.ts'
import { sendBatch } from '../lib/send.ts'

export const handler = queueFunction(
  async () => {
    const app = officialAccount()
    const bus = results()
    return {
      wechat: app.wechat,
      accessTokens: accessTokens(app),
      miniAppid: config('WECHAT_MINI_APPID').WECHAT_MINI_APPID,
      links: linkStore(),
      deliveries: deliveryStore({ isIndexed: bus.results !== undefined }),
      ...bus,
      gate: gateStore(),
      events: eventQueue(),
      followers: followersQueue(),
      templates: templates(),
      trouble: new Set<string>(),
      minute: { minute: 0, accepted: 0 },
      now,
      random,
      log,
      metrics,
    }
  },
  { read: arrivalOf, work: sendBatch },
)

function arrivalOf({ body, messageId, receiptHandle, attributes, messageAttributes }: SQSRecord) {
  const receives = Number(attributes.ApproximateReceiveCount)
  const attempts = Number(messageAttributes.attempts?.stringValue ?? 0) + receives
  const since = Number(messageAttributes.since?.stringValue ?? attributes.SentTimestamp)
  // Received once more, this very message was not deleted: an earlier try ended without our knowing how.
  const firstReceivedAt = receives > 1 ? attributes.ApproximateFirstReceiveTimestamp : undefined
  const doubtSince = messageAttributes.doubtSince?.stringValue ?? firstReceivedAt
  return {
    body,
    receiptHandle,
    messageId,
    receives,
    attempts,
    since,
    ...slotOf(messageAttributes.slotAt?.stringValue),
    ...(doubtSince === undefined ? {} : { doubtSince: Number(doubtSince) }),
  }
}

/** Anybody may have written the attribute: what is no instant is not there. */
function slotOf(text: string | undefined): { readonly slotAt?: number } {
  return text !== undefined && /^\d{1,15}$/.test(text) ? { slotAt: Number(text) } : {}
}
