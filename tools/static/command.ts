/** `static`: uploads the mini program's static files. */

import { findPlace } from '../command/place.ts'
import type { Start } from '../command/session.ts'
import { findAddress } from './address.ts'
import { parseOptions } from './options.ts'
import { runStatic } from './run-static.ts'
import { openStaticStore } from './store.ts'

export const start: Start = async (args, session) => {
  const options = parseOptions(args, session.env)
  const place = findPlace(options, 's3', session.env)
  const { signal } = session
  return runStatic(options, {
    ...session,
    place,
    address: () => findAddress(place, session),
    open: bucket => openStaticStore({ place, bucket, signal }),
  })
}
