/** `sync`: syncs the list of followers by hand. */

import { findPlace } from '../command/place.ts'
import type { Start } from '../command/session.ts'
import { parseOptions } from './options.ts'
import { runSync } from './run-sync.ts'
import { openSyncFunction } from './sync-function.ts'

export const start: Start = async (args, session) => {
  const options = parseOptions(args, session.env)
  const place = findPlace(options, 'lambda', session.env)
  return runSync(options, { ...session, place, sync: openSyncFunction(place, session.signal) })
}
