/** Shows what waits for people, and moves it back into the queue of events: `npm run redrive`; `--help` tells its options. */

import { openEventsQueue } from './command/events-queue.ts'
import { findPlace } from './command/place.ts'
import { runCommand } from './command/run-command.ts'
import { openAsideQueue } from './redrive/aside-queue.ts'
import { helpText, parseOptions } from './redrive/options.ts'
import { runRedrive } from './redrive/run-redrive.ts'

await runCommand({
  helpText,
  parse: parseOptions,
  run(options, session) {
    const place = findPlace(options, 'sqs', session.env)
    const queues = options.queues.map(it => openAsideQueue(place, it))
    return runRedrive(options, { ...session, queues, events: openEventsQueue(place) })
  },
})
