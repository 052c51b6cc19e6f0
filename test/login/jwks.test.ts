import { expect, it } from 'vitest'

import { getJwks } from '../../lib/login/jwks.ts'
import { keySet, sessionsWith } from '../session.ts'

it('gives the public half of each key that a session may be signed with, and no other part of it', async () => {
  const sessions = sessionsWith(
    async () => keySet('one', 'two'),
    () => 0,
  )
  const { keys } = await getJwks({ sessions })
  expect(keys.map(it => it.kid)).toEqual(['one', 'two'])
  for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
})
