/** The names under which static files may be served: what needs no escaping anywhere, and what no folder can be left by. */

const segment = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/
/** S3 takes keys of 1024 bytes; room for the prefix and a hash. */
const maxLength = 512
const maxDepth = 10

/** Tells whether a path such as `icons/logo.png` can be that of a static file. */
export function isStaticName(name: string): boolean {
  if (name.length > maxLength) return false
  const segments = name.split('/')
  return segments.length <= maxDepth && segments.every(it => segment.test(it))
}

/** The key of a static file in its bucket. */
export function staticKey(name: string): string {
  return `${staticPrefix}${name}`
}

/** What all keys of static files begin with; nothing else in their bucket is served. */
export const staticPrefix = 'static/'
