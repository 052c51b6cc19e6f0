/** What ops are told of one app: its lines of the log and its metrics carry its name. */

import { type App, type Apps, findAppById } from './apps.ts'
import { RequestError } from './errors.ts'
import type { AppId } from './identifiers.ts'
import type { AllMetrics, AppLog, AppMetrics, Log } from './ports.ts'

/** The log of an app, whose lines have the field `app`. */
export function logOf({ name: app }: Pick<App, 'name'>, log: Log): AppLog {
  return {
    app,
    isQuiet: log.isQuiet ?? false,
    debug: (event, fields) => log.debug(event, { app, ...fields }),
    info: (event, fields) => log.info(event, { app, ...fields }),
    warn: (event, fields) => log.warn(event, { app, ...fields }),
    error: (event, fields) => log.error(event, { app, ...fields }),
  }
}

/** The same by the appid, which stands in place of the name once the app is in the list no more. */
export function logOfAppid(appid: AppId, apps: Apps, log: Log): AppLog {
  return logOf(findAppById(apps, appid) ?? { name: appid }, log)
}

/** Runs the work of a request for an app: if it is refused, the log says of which app. */
export async function refusingFor<T>({ name }: Pick<App, 'name'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RequestError) error.app = name
    throw error
  }
}

/** The metrics of an app, which have the dimension `app`. */
export function metricsOf({ name: app }: Pick<App, 'name'>, metrics: AllMetrics): AppMetrics {
  return {
    app,
    count: (name, dimensions, times) => metrics.count(name, { ...dimensions, app }, times),
    gauge: (name, value, dimensions) => metrics.gauge(name, value, { ...dimensions, app }),
  }
}
