import { expect, it } from 'vitest'
import { createIndex } from '../../../local/wechat/index-of.ts'

const byFirst = () => createIndex((text: string) => text[0])

it('finds what has a key in the order in which it was added, and nothing of a key that nothing has', () => {
  const index = byFirst()
  for (const text of ['a1', 'b1', 'a2', '']) index.add(text)
  expect(index.of('a')).toEqual(['a1', 'a2'])
  expect(index.of('c')).toEqual([])
})

it('has only what it was filled with last, once its log has dropped the oldest', () => {
  const index = byFirst()
  for (const text of ['a1', 'b1', 'a2']) index.add(text)
  index.fill(['a2', 'a3'])
  expect([index.of('a'), index.of('b')]).toEqual([['a2', 'a3'], []])
})
