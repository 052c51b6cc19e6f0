/** The allowed names of static files: they need no escaping anywhere, and cannot leave a folder. */

const segment = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/
/** S3 accepts keys of 1024 bytes; leaves room for the prefix and a hash. */
const maxLength = 512
const maxDepth = 10

/** Returns whether a path such as `icons/logo.png` can name a static file. */
export function isStaticName(name: string): boolean {
  if (name.length > maxLength) return false
  const segments = name.split('/')
  return segments.length <= maxDepth && segments.every(it => segment.test(it))
}

/** The key of a static file in its bucket. */
export function staticKey(name: string): string {
  return `${staticPrefix}${name}`
}

/** The prefix of all static files' keys; nothing else in the bucket is served. */
export const staticPrefix = 'static/'
