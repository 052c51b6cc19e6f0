/** Shows the quota of messages and what waits for it, and opens the gate: `npm run quota`; `--help` tells its options. */

import { findPlace } from './command/place.ts'
import { runCommand } from './command/run-command.ts'
import { helpText, parseOptions } from './quota/options.ts'
import { openQuotaFunction } from './quota/quota-function.ts'
import { runQuota } from './quota/run-quota.ts'

await runCommand({
  helpText,
  parse: parseOptions,
  run(options, session) {
    const place = findPlace(options, 'lambda', session.env)
    return runQuota(options, { ...session, place, ask: openQuotaFunction(place, session.signal) })
  },
})
