/** The reference: the same sender with no done marks, and a random client_msg_id for each call. */

import { randomBytes } from 'node:crypto'

import { arrivalOf } from '../../lib/adapters/aws/event-record.ts'
import { queueFunction } from '../../lib/adapters/lambda.ts'
import type { OutgoingMessage } from '../../lib/ports.ts'
import { apps } from '../../lib/runtime/apps.ts'
import { log, now, random } from '../../lib/runtime/context.ts'
import { metrics } from '../../lib/runtime/metrics.ts'
import { eventQueue, followersQueue } from '../../lib/runtime/queues.ts'
import { sendingAccounts } from '../../lib/runtime/send.ts'
import { deliveryStore, linkStore } from '../../lib/runtime/stores.ts'
import { sendBatch } from '../../lib/send/send.ts'

export const handler = queueFunction(
  async () => {
    const withRandomId = (message: OutgoingMessage) => ({ ...message, clientMsgId: randomBytes(16).toString('hex') })
    const accounts = sendingAccounts().map(({ wechat, ...account }) => ({
      ...account,
      wechat: {
        ...wechat,
        sendTemplate: (token: string, it: OutgoingMessage) => wechat.sendTemplate(token, withRandomId(it)),
      },
      linking: { isUnderWay: async () => false },
    }))
    return {
      accounts,
      minis: apps().minis,
      links: linkStore(),
      backlog: { isEmpty: async () => true },
      // It knows of no earlier call: whatever comes again is sent again.
      attempts: { write: async () => undefined, open: async () => [] },
      deliveries: { ...deliveryStore(), read: async () => new Map() },
      events: eventQueue(),
      followers: followersQueue(),
      now,
      random,
      log,
      metrics,
    }
  },
  { read: arrivalOf, work: sendBatch },
)
