/** The metrics, for the functions that call WeChat. */

import { createMetrics } from '../adapters/metrics.ts'

export const metrics = createMetrics()
