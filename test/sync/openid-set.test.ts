import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { packOpenids, unpackOpenids } from '../../lib/adapters/dynamo/packed-openids.ts'
import { createOpenIdSet } from '../../lib/sync/openid-set.ts'
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

describe('a set of openids', () => {
  it('is the set of its texts, whatever is in it', () => {
    const property = fc.property(fc.array(openid, { maxLength: 200 }), fc.array(openid), (added, asked) => {
      const [set, texts] = [createOpenIdSet(), new Set<string>()]
      for (const openid of [...added, ...added.slice(0, 5)]) {
        expect(set.add(openid)).toBe(!texts.has(openid))
        texts.add(openid)
      }
      expect(set.size).toBe(texts.size)
      for (const openid of [...added, ...asked]) expect(set.has(openid)).toBe(texts.has(openid))
    })
    fc.assert(property)
  })

  it('holds as many as a large account has', () => {
    const coding = createIdCoding('openid of a test')
    const openids = coding.encodeAll(Array.from({ length: 200_000 }, (_, person) => person)).map(id)
    const set = createOpenIdSet()
    const added = openids.filter(openid => set.add(openid)).length
    expect([added, set.size]).toEqual([200_000, 200_000])
    expect(openids.every(openid => set.has(openid))).toBe(true)
    expect(set.has(id(coding.encode(200_000)))).toBe(false)
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
