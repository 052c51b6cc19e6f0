/** The log: JSON lines for CloudWatch. Callers mask ids, and never pass a token or a URL. */

import { Logger } from '@aws-lambda-powertools/logger'

import { scopeOf } from '../log-scope.ts'
import type { Log } from '../ports.ts'

const detailed: ReadonlySet<string> = new Set(['TRACE', 'DEBUG'])

/** Creates the log of one function. Each line names its invocation, and the messages it concerns. */
export function createLog(): Log {
  const logger = new Logger()
  const isQuiet = !detailed.has(logger.getLevelName())
  return {
    isQuiet,
    debug: (event, fields = {}) => isQuiet || logger.debug(event, { ...scopeOf(fields), ...fields }),
    info: (event, fields = {}) => logger.info(event, { ...scopeOf(fields), ...fields }),
    warn: (event, fields = {}) => logger.warn(event, { ...scopeOf(fields), ...fields }),
    error: (event, fields = {}) => logger.error(event, { ...scopeOf(fields), ...fields }),
  }
}
