/** The event bus for the results of events, if the deployment names one. */

import { createResults } from '../adapters/aws/event-bridge.ts'
import { config } from '../config.ts'
import type { Results } from '../send/ports.ts'
import { apps } from './apps.ts'

export function results(): { readonly results?: Results } {
  const { RESULTS_BUS } = config('RESULTS_BUS')
  return RESULTS_BUS === 'off' ? {} : { results: createResults({ name: RESULTS_BUS, apps: apps() }) }
}
