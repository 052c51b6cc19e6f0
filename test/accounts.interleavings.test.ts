/**
 * Nothing of one app is ever used for another: whatever people, tokens and troubles do meanwhile, each message comes from the
 * account that its event names, and each login is of the mini program at which it was made. The box says what was done.
 */

import fc from 'fast-check'
import { inject, it } from 'vitest'

import { type Deed, minis, officials, openPlay } from './accounts-play.ts'
import { runs } from './runs.ts'

const official = fc.constantFrom(...officials)
const mini = fc.constantFrom(...minis)
const who = fc.integer({ min: 0, max: 1 })
const is = <const T extends string>(name: T) => fc.constant(name)
const errcode = fc.constantFrom(40001, -1, 43004, 45009, 45011, 48001, 50004)
const from = fc.oneof(official, is('any'))
const by = fc.oneof(is('unionid'), is('openid'), mini)

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: is('send'), who, from, by }) },
  { weight: 1, arbitrary: fc.record({ do: is('log in'), who, mini }) },
  { weight: 2, arbitrary: fc.record({ do: fc.oneof(is('follow'), is('unfollow')), who, official }) },
  { weight: 1, arbitrary: fc.record({ do: is('steal the token'), official }) },
  { weight: 2, arbitrary: fc.record({ do: is('fail'), official, errcode }) },
)

it('nothing of one app is used for another, whatever happens in whatever order', { timeout: 900_000 }, async () => {
  const play = await openPlay()
  const script = fc.array(deed, { minLength: 3, maxLength: 8 })
  const numRuns = runs({ everyday: 50, wide: 10_000 })
  await fc.assert(fc.asyncProperty(script, play), { numRuns, seed: inject('seed') })
})
