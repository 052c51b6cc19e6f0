/** Where nobody looks at them: a log and metrics that keep nothing. */

import type { Gauges, Log, Metrics } from '../lib/ports.ts'

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
export const silentMetrics: Metrics & Gauges = { count: () => undefined, gauge: () => undefined }
