import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { sampleOf } from './choose.ts'
import { mutantsOf } from './mutators.ts'
import { mutantOf, named } from './named.ts'
import { reachOf } from './related.ts'

const root = join(import.meta.dirname, '../..')
const changesOf = (source: string) => mutantsOf('x.ts', source).map(it => it.text)

describe('mutants', () => {
  it.each([
    ['const a = b < c', ['const a = b <= c']],
    ['const a = b === c && d', ['const a = b === c || d', 'const a = b !== c && d']],
    ['const a = b ? c : d', ['const a = b ? d : c']],
    ['const a = !b', ['const a = b']],
    ['const a = 60_000', ['const a = 120000']],
    ['const a = true', ['const a = false']],
    ['if (a) b()', ['if (true) b()', 'if (false) b()', 'if (a) ;']],
    ['const a = [1, b]', ['const a = [undefined, b]', 'const a = [1, undefined]', 'const a = [2, b]']],
    ['const a = b.some(c)', ['const a = b.every(c)']],
    ['const a = `x` + b', []],
  ])('of %s', (source, changed) => {
    expect(changesOf(source)).toEqual(changed)
  })

  it.each([
    ['a type', 'type A = { readonly b: 1 | 2; c: true }'],
    ['an import', "import { a } from './a.ts'"],
    ['what is logged', "log.info('a.done', { seconds: 1 + b })"],
    ['what is counted', "deps.metrics.count('A', { times: 2 })"],
  ])('there are none of %s', (_, source) => {
    expect(changesOf(source)).toEqual([])
  })

  it('name their place', () => {
    expect(mutantsOf('x.ts', 'const a = 1\n\nconst b = c > d')[1]).toMatchObject({ line: 3, what: '> → >=' })
  })
})

describe('a sample', () => {
  const all = Array.from({ length: 50 }, (_, index) => index)

  it('is the same for the same seed, another for another, and all if there are no more', () => {
    expect(sampleOf(all, 10, 7)).toEqual(sampleOf(all, 10, 7))
    expect(sampleOf(all, 10, 8)).not.toEqual(sampleOf(all, 10, 7))
    expect(sampleOf(all, 100, 7).toSorted((one, other) => one - other)).toEqual(all)
  })
})

describe('the named mutations', () => {
  it.each(named)('are of code that is there: $file, $why', it => {
    const source = readFileSync(join(root, it.file), 'utf8')
    expect(mutantOf(it, source).text).not.toBe(source)
  })

  it('fail loudly where their text is gone, or could be meant twice', () => {
    const it = { file: 'x.ts', why: 'it waits for ever', from: 'a = 1', to: 'a = 2' }
    expect(() => mutantOf(it, 'const b = 1')).toThrow('x.ts has no `a = 1` any more (it waits for ever)')
    expect(() => mutantOf(it, 'a = 1; a = 1')).toThrow('more than once')
  })
})

describe('the tests of a file', () => {
  it('are those that reach it by their imports, however far', () => {
    expect(reachOf('test/retry-delay.test.ts', root)).toContain('lib/retry-delay.ts')
    expect(reachOf('test/send/send.test.ts', root)).toContain('lib/retry-delay.ts')
    expect(reachOf('test/retry-delay.test.ts', root)).not.toContain('lib/send/send.ts')
  })
})
