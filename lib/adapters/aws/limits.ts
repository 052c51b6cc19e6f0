/**
 * Time limits of requests to AWS. The SDK has none of its own: a connection that hangs would last until Lambda ends the
 * function. One that is over its limit is tried anew by the SDK, three times in all.
 */

/** Requests that carry no files: they are answered in milliseconds. */
export const requestLimits = { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true }

/** Until S3 answers, and has a picture of 20 MB if one is written. */
export const fileLimits = { ...requestLimits, requestTimeout: 20_000 }
