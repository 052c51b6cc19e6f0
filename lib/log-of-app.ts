import type { AppName } from './apps.ts'
import type { Log } from './ports.ts'

/** The log of the work for one app: each line names it. */
export function logOfApp(log: Log, app: AppName): Log {
  return {
    info: (event, fields) => log.info(event, { app, ...fields }),
    warn: (event, fields) => log.warn(event, { app, ...fields }),
    error: (event, fields) => log.error(event, { app, ...fields }),
  }
}
