/** The metrics that our code writes into the log for CloudWatch (EMF), instead of into the test's output. */

import * as v from 'valibot'
import { onTestFinished, vi } from 'vitest'

const env = {
  POWERTOOLS_DEV: 'true',
  POWERTOOLS_METRICS_DISABLED: 'false',
  POWERTOOLS_SERVICE_NAME: 'queqiao-prod',
}
const line = v.looseObject({ _aws: v.looseObject({}) })

type Written = v.InferOutput<typeof line>

/** Listens until the test ends, as the stage `prod`; the answer gives what was written so far. */
export function writtenMetrics(): () => readonly Written[] {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const write = vi.spyOn(console, 'log').mockReturnValue()
  onTestFinished(() => {
    write.mockRestore()
    vi.unstubAllEnvs()
  })
  return () => write.mock.calls.map(([text]) => v.parse(line, JSON.parse(`${text}`)))
}
