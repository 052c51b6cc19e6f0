/** The event bus for the results of events, if the deployment names one. */

import { createResults } from '../adapters/aws/event-bridge.ts'
import { config } from '../config.ts'
import type { Results } from '../send/ports.ts'

export function results(): { readonly results?: Results } {
  const { RESULTS_BUS } = config('RESULTS_BUS')
  return RESULTS_BUS === 'off' ? {} : { results: createResults(RESULTS_BUS) }
}
