/** `quota`: shows the quota of messages and what waits for it, and opens the gate. */

import { findPlace } from '../command/place.ts'
import type { Start } from '../command/session.ts'
import { parseOptions } from './options.ts'
import { openQuotaFunction } from './quota-function.ts'
import { runQuota } from './run-quota.ts'

export const start: Start = async (args, session) => {
  const options = parseOptions(args, session.env)
  const place = findPlace(options, 'lambda', session.env)
  return runQuota(options, { ...session, place, ask: openQuotaFunction(place, session.signal) })
}
