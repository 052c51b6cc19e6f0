/** Texts cut to a length that is counted in what a reader sees. */

/** What a grapheme adds to the length, after the one before it. */
type Count = (grapheme: string, before: string) => number

/** Counts each character. */
export const countCharacters: Count = grapheme => [...grapheme].length
/** Counts a run of letters and digits as one. */
export const countUnits: Count = (grapheme, before) => (isWord(grapheme) && isWord(before) ? 0 : 1)

/** Ends a text that is too long with `…` inside the limit, and cuts no grapheme in two. */
export function shorten(text: string, most: number, count: Count): string {
  if (text.length <= most) return text
  let length = 0
  let end = 0
  let before = ''
  for (const { segment, index } of graphemesOf(text)) {
    length += count(segment, before)
    if (length > most) return `${text.slice(0, end).trimEnd()}…`
    if (length < most) end = index + segment.length
    before = segment
  }
  return text
}

let segmenter: Intl.Segmenter | undefined

function graphemesOf(text: string): Intl.Segments {
  // Only once a value is too long: the first one costs 27 ms.
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' })
  return segmenter.segment(text)
}

function isWord(grapheme: string): boolean {
  return /^[A-Za-z0-9]$/.test(grapheme)
}
