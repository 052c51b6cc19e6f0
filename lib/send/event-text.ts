/** Repairs a producer's texts where the intention is clear. */

/** Without the halves of characters that a cut of UTF-16 leaves behind: no UTF-8 has them, and JSON sends them as `\ud83d`. */
export function wholeCharacters(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '')
}

/** Without the mark that some editors and languages write before UTF-8. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

/**
 * A page as WeChat knows it: `pages/a?id=1`, where a mini program's own code writes `/pages/a?id=1`; or what is wrong
 * with it.
 */
export function readPage(text: string): { readonly page: string } | { readonly problem: string } {
  const page = wholeCharacters(text).trim().replace(/^\/+/, '')
  if (/\p{Cc}/u.test(page)) return { problem: 'page must have no newline and no other control character' }
  return page === '' ? { problem: 'page is empty' } : { page }
}
