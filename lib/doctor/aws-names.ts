/** Host names that AWS owns: nobody else can get a filing (备案) for them, and DNS always resolves them. */

/** Returns whether a URL has such a host. */
export function isOfAws(url: string): boolean {
  return /\.(amazonaws\.com(\.cn)?|cloudfront\.(net|cn))$/.test(new URL(url).hostname)
}
