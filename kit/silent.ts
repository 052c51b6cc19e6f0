/** Where nobody looks at them: a log and metrics that keep nothing, of whichever app. */

import type { AllMetrics, AppLog, AppMetrics } from '../lib/ports.ts'

const app = 'silent'
export const silentLog: AppLog = {
  app,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
export const silentMetrics: AllMetrics & AppMetrics = { app, count: () => undefined, gauge: () => undefined }
