import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { packOpenids, unpackOpenids } from '../../lib/adapters/dynamo/packed-openids.ts'
import type { OpenId } from '../../lib/identifiers.ts'
import { createOpenIdMarks } from '../../lib/sync/openid-marks.ts'
import { createIdCoding } from '../../local/wechat/openid.ts'
import { id } from '../ids.ts'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const text = (length: { minLength: number; maxLength: number }) =>
  fc.string({ unit: fc.constantFrom(...letters), ...length }).map(id)
const usual = text({ minLength: 28, maxLength: 28 })
const openid = fc.oneof(
  { weight: 5, arbitrary: usual },
  { weight: 1, arbitrary: text({ minLength: 1, maxLength: 40 }) },
)

describe('marks on openids', () => {
  it('are those of a Map of texts, whatever is marked in whatever lists', () => {
    const adding = fc.record({ openids: fc.array(openid, { maxLength: 60 }), mark: fc.constantFrom(1, 2, 4, 128) })
    const property = fc.property(fc.array(adding), fc.array(openid), (addings, asked) => {
      const [marks, texts] = [createOpenIdMarks(), new Map<string, number>()]
      const addToText = (openid: string, mark: number) => {
        const before = texts.get(openid) ?? 0
        texts.set(openid, before | mark)
        return before
      }
      // Lists come again, in the same order and in another, and name some people twice.
      for (const { openids, mark } of [...addings, ...addings.toReversed()]) {
        const list = [...openids, ...openids.slice(0, 5)]
        expect([...marks.add(list, mark)]).toEqual(list.map(it => addToText(it, mark)))
      }
      const all = [...asked, ...texts.keys()].map(id)
      expect([...marks.of(all)]).toEqual(all.map(it => texts.get(it) ?? 0))
    })
    fc.assert(property)
  })

  it.each([0, 100_000, 300_000])('are held for as many as a large account has, where %i are expected', expected => {
    const coding = createIdCoding('openid of a test')
    const openids = coding.encodeAll(Array.from({ length: 200_000 }, (_, person) => person)).map(id)
    const marks = createOpenIdMarks(expected)
    const [sum, wanted] = [(list: Uint8Array) => list.reduce((all, it) => all + it, 0), openids.length]
    expect(sum(marks.add(openids, 1))).toBe(0)
    expect(sum(marks.of(openids.toReversed()))).toBe(wanted)
    expect(sum(marks.add(openids, 2))).toBe(wanted)
    expect(sum(marks.of(openids))).toBe(3 * wanted)
    expect([...marks.of([id(coding.encode(200_000))])]).toEqual([0])
  })

  it('tell apart openids that differ in any one character', () => {
    const openids = Array.from({ length: 28 }, (_, at) => id(`${'A'.repeat(at)}B${'A'.repeat(27 - at)}`))
    const marks = createOpenIdMarks()
    expect([...marks.add(openids, 255)]).toEqual(openids.map(() => 0))
    expect([...marks.of([...openids, id('A'.repeat(28))])]).toEqual([...openids.map(() => 255), 0])
  })

  // What cannot be packed would shift all who follow it in the list.
  it('are refused for what is no openid', () => {
    const strange = ['o'.repeat(28), 'o!'.repeat(14), 'o'.repeat(28)] as unknown as OpenId[]
    expect(() => createOpenIdMarks().add(strange, 1)).toThrow(RangeError)
  })
})

describe('packed openids', () => {
  it('come out as they went in, those of another length behind the others', () => {
    const property = fc.property(fc.array(openid), openids => {
      const packed = packOpenids(openids)
      const isUsual = (openid: string) => openid.length === 28
      expect(packed.packed.byteLength).toBe(21 * openids.filter(isUsual).length)
      expect(unpackOpenids(packed)).toEqual([...openids.filter(isUsual), ...openids.filter(openid => !isUsual(openid))])
    })
    fc.assert(property)
  })
})
