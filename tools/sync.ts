/** Walks through the list of followers by hand: `npm run sync`; `--help` tells its options. */

import { findPlace } from './command/place.ts'
import { runCommand } from './command/run-command.ts'
import { helpText, parseOptions } from './sync/options.ts'
import { runSync } from './sync/run-sync.ts'
import { openSyncFunction } from './sync/sync-function.ts'

await runCommand({
  helpText,
  parse: parseOptions,
  run(options, session) {
    const place = findPlace(options, 'lambda', session.env)
    return runSync(options, { ...session, place, sync: openSyncFunction(place, session.signal) })
  },
})
