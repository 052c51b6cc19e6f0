/** Inputs that get past a parser's first check, and what a parser must do with them. */

import fc from 'fast-check'
import { expect, inject, it } from 'vitest'

const numRuns = inject('isFuzzWide') ? 100_000 : 1000

/** For all runs of one parser: what takes longer hangs, on any machine. */
const timeout = 900_000

/**
 * Tests a parser, which answers whether it accepted, or throws where a property fails. It must accept at least this share of
 * the inputs: of a parser that refuses all of them at once nothing is learnt. What is drawn by a seed may have less by chance.
 */
export function fuzz<T>(
  title: string,
  inputs: fc.Arbitrary<T>,
  feed: (input: T) => boolean | Promise<boolean>,
  leastShare = 0.2,
): void {
  it(title, { timeout }, async () => {
    let [accepted, fed] = [0, 0]
    const property = fc.asyncProperty(inputs, async input => {
      fed += 1
      accepted += Number(await feed(input))
    })
    await fc.assert(property, { numRuns })
    expect(accepted / fed).toBeGreaterThanOrEqual(leastShare - byChance(leastShare))
  })
}

/** Four standard deviations of a share in so many runs: one seed in thirty thousand falls below. */
function byChance(share: number): number {
  return 4 * Math.sqrt((share * (1 - share)) / numRuns)
}

type Change = { readonly how: 'drop' | 'insert' | 'double' | 'end'; readonly at: number; readonly length: number }

const change = fc.record<Change>({
  how: fc.constantFrom('drop', 'insert', 'insert', 'double', 'end'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(30),
})

/** Texts of a corpus with up to so many changes: parts dropped, doubled, cut off, and words of a dictionary put in. */
export function mutatedText(corpus: fc.Arbitrary<string>, words: readonly string[], most = 3): fc.Arbitrary<string> {
  const word = fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 4, unit: 'binary' }))
  const changes = fc.array(fc.tuple(change, word), { maxLength: most })
  return fc.tuple(corpus, changes).map(([text, all]) =>
    all.reduce((it, [{ how, at, length }, put]) => {
      const from = Math.floor(at * it.length)
      const part = it.slice(from, from + length)
      if (how === 'end') return it.slice(0, it.length - (length % 8))
      const instead = { drop: '', insert: put, double: `${part}${part}` }[how]
      return `${it.slice(0, from)}${instead}${it.slice(from + (how === 'insert' ? length % 2 : length))}`
    }, text),
  )
}

const byteChange = fc.record({ change, bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }) })

/** The same of bytes. */
export function mutatedBytes(corpus: fc.Arbitrary<Buffer>, most = 3): fc.Arbitrary<Buffer> {
  return fc.tuple(corpus, fc.array(byteChange, { maxLength: most })).map(([file, all]) =>
    all.reduce((it, { change: { how, at, length }, bytes }) => {
      const from = Math.floor(at * it.length)
      if (how === 'end') return it.subarray(0, it.length - length)
      const part = it.subarray(from, from + length)
      const instead = { drop: [], insert: [bytes], double: [part, part] }[how]
      const behind = from + (how === 'insert' ? bytes.length : length)
      return Buffer.concat([it.subarray(0, from), ...instead, it.subarray(behind)])
    }, file),
  )
}
