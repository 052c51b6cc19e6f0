/** The log: JSON lines for CloudWatch. Callers hand in ids already masked, and never a token or a URL. */

import { Logger } from '@aws-lambda-powertools/logger'

import type { Log } from '../ports.ts'

/** Creates the log of one function. */
export function createLog(): Log {
  const logger = new Logger()
  return {
    info: (event, fields = {}) => logger.info(event, { ...fields }),
    warn: (event, fields = {}) => logger.warn(event, { ...fields }),
    error: (event, fields = {}) => logger.error(event, { ...fields }),
  }
}
