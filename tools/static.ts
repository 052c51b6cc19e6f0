/** Uploads the mini program's static files: `npm run static -- --stage prod`; `--help` tells its options. */

import { findPlace } from './command/place.ts'
import { runCommand } from './command/run-command.ts'
import { findAddress } from './static/address.ts'
import { helpText, parseOptions } from './static/options.ts'
import { runStatic } from './static/run-static.ts'
import { openStaticStore } from './static/store.ts'

await runCommand({
  helpText,
  parse: parseOptions,
  run(options, session) {
    const place = findPlace(options, 's3', session.env)
    const { signal } = session
    return runStatic(options, {
      ...session,
      place,
      address: () => findAddress(place, session),
      open: bucket => openStaticStore({ place, bucket, signal }),
    })
  },
})
