/** Pushes one event by hand, and follows it to its end: `npm run send`; `--help` tells its options. */

import { valueCheckOf } from '../lib/send/kinds/template-event.ts'
import { openEventsQueue } from './command/events-queue.ts'
import { findPlace, logOf } from './command/place.ts'
import { runCommand } from './command/run-command.ts'
import { openDeliveries } from './send/deliveries.ts'
import { makeEvent } from './send/event.ts'
import { helpText, parseOptions } from './send/options.ts'
import { runSend } from './send/run-send.ts'

await runCommand({
  helpText,
  parse: parseOptions,
  run(options, session) {
    const place = findPlace(options, 'sqs', session.env)
    const event = makeEvent(options, session.now(), valueCheckOf(session.env.TEST_ACCOUNT))
    const deliveries = openDeliveries(findPlace(options, 'dynamodb', session.env), session.now)
    const log = logOf(place, 'send')
    return runSend(options, event, { ...session, events: openEventsQueue(place), deliveries, log })
  },
})
