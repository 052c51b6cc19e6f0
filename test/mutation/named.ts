/** Mutations that once survived all tests, or would do harm: each must die, whatever the score of the others. */

import { lineOf, type Mutant, replaced } from './mutant.ts'

/** `from` stands once in the file, and becomes `to`. */
export type Named = { readonly file: string; readonly why: string; readonly from: string; readonly to: string }

export const named: readonly Named[] = []

/** Its mutant; throws if its text is not there, or there more than once: then the list is to be mended. */
export function mutantOf({ file, why, from, to }: Named, source: string): Mutant {
  const start = source.indexOf(from)
  if (start < 0) throw new Error(`${file} has no \`${from}\` any more (${why}): mend test/mutation/named.ts`)
  if (source.indexOf(from, start + 1) >= 0) throw new Error(`${file} has \`${from}\` more than once (${why})`)
  return { file, what: why, line: lineOf(source, start), text: replaced(source, start, start + from.length, to) }
}
