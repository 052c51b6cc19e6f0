/** `send`: pushes one event by hand, and follows it to its end. */

import { valueCheckOf } from '../../lib/send/kinds/template-event.ts'
import { openEventsQueue } from '../command/events-queue.ts'
import { findPlace, logOf } from '../command/place.ts'
import type { Start } from '../command/session.ts'
import { openDeliveries } from './deliveries.ts'
import { makeEvent } from './event.ts'
import { parseOptions } from './options.ts'
import { runSend } from './run-send.ts'

export const start: Start = async (args, session) => {
  const options = parseOptions(args, session.env)
  const place = findPlace(options, 'sqs', session.env)
  const event = makeEvent(options, session.now(), valueCheckOf(session.env.TEST_ACCOUNT))
  const deliveries = openDeliveries(findPlace(options, 'dynamodb', session.env), session.now)
  const log = logOf(place, 'send')
  return runSend(options, event, { ...session, events: openEventsQueue(place), deliveries, log })
}
