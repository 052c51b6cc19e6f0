/** The reference: the same sender with no done marks, and a random client_msg_id for each call. */

import { randomBytes } from 'node:crypto'

import { arrivalOf } from '../../lib/adapters/aws/event-record.ts'
import { queueFunction } from '../../lib/adapters/lambda.ts'
import { config } from '../../lib/config.ts'
import type { OutgoingMessage } from '../../lib/ports.ts'
import { log, now, random } from '../../lib/runtime/context.ts'
import { metrics } from '../../lib/runtime/metrics.ts'
import { eventQueue, followersQueue } from '../../lib/runtime/queues.ts'
import { deliveryStore, gateStore, linkStore } from '../../lib/runtime/stores.ts'
import { templates } from '../../lib/runtime/templates.ts'
import { accessTokens, officialAccount } from '../../lib/runtime/wechat.ts'
import { sendBatch } from '../../lib/send/send.ts'

export const handler = queueFunction(
  async () => {
    const app = officialAccount()
    const withRandomId = (message: OutgoingMessage) => ({ ...message, clientMsgId: randomBytes(16).toString('hex') })
    return {
      wechat: {
        ...app.wechat,
        sendTemplate: (token: string, it: OutgoingMessage) => app.wechat.sendTemplate(token, withRandomId(it)),
      },
      accessTokens: accessTokens(app),
      miniAppid: config('WECHAT_MINI_APPID').WECHAT_MINI_APPID,
      links: linkStore(),
      linking: { isInFlight: async () => false },
      backlog: { isEmpty: async () => true },
      // It knows of no earlier call: whatever comes again is sent again.
      attempts: { write: async () => undefined, open: async () => [] },
      deliveries: { ...deliveryStore(), read: async () => new Map() },
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
