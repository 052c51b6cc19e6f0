import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createIdCoding } from '../../../local/wechat/openid.ts'

const ours = createIdCoding('openid wx0ff1c1a1acc0a001')
const theirs = createIdCoding('openid wx0000313100003131')
const person = fc.integer({ min: 0, max: 2 ** 32 - 1 })

test('an id has 28 characters and leads back to its person', () => {
  fc.assert(
    fc.property(person, number => {
      expect(ours.encode(number)).toMatch(/^o[A-Za-z0-9_-]{27}$/)
      expect(ours.decode(ours.encode(number))).toBe(number)
    }),
  )
})

test('ids of one account are the same in every run and open alike', () => {
  expect(ours.encodeAll([7, 8])).toEqual([
    createIdCoding('openid wx0ff1c1a1acc0a001').encode(7),
    createIdCoding('openid wx0ff1c1a1acc0a001').encode(8),
  ])
  expect(ours.encode(1).slice(0, 6)).toBe(ours.encode(2).slice(0, 6))
})

test('another account, a changed character, or anything else is nobody', () => {
  fc.assert(
    fc.property(person, fc.integer({ min: 0, max: 27 }), (number, at) => {
      const id = ours.encode(number)
      const changed = `${id.slice(0, at)}${id[at] === 'A' ? 'B' : 'A'}${id.slice(at + 1)}`
      expect(ours.decode(changed)).toBeUndefined()
      expect(ours.decode(theirs.encode(number))).toBeUndefined()
    }),
  )
  fc.assert(fc.property(fc.anything(), value => ours.decode(value) === undefined))
})
