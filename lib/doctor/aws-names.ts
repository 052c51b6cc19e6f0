/** Names that are AWS's: nobody else can have a filing (备案) for them, and they are always in the DNS. */

/** Tells it of a URL. */
export function isOfAws(url: string): boolean {
  return /\.(amazonaws\.com(\.cn)?|cloudfront\.(net|cn))$/.test(new URL(url).hostname)
}
