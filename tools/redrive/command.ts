/** `redrive`: shows what waits for people, and moves it back into the queue of events. */

import { openEventsQueue } from '../command/events-queue.ts'
import { findPlace } from '../command/place.ts'
import type { Start } from '../command/session.ts'
import { openAsideQueue } from './aside-queue.ts'
import { parseOptions } from './options.ts'
import { runRedrive } from './run-redrive.ts'

export const start: Start = async (args, session) => {
  const options = parseOptions(args, session.env)
  const place = findPlace(options, 'sqs', session.env)
  const queues = options.queues.map(it => openAsideQueue(place, it))
  return runRedrive(options, { ...session, queues, events: openEventsQueue(place) })
}
