/**
 * Followers in every order of what they do and of what we do, whoever is killed.
 *
 * A generated schedule says who follows one of two Official Accounts, leaves, gets a unionid, logs in or requests
 * erasure, which process takes its next step, when time passes, what is delivered when, and who is killed. The use-cases are
 * the real ones; WeChat is a model, and what must have come of it all is read from there (test/model/). Each request that
 * the real adapters make to DynamoDB is a step.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { found } from '../model/found.ts'
import { type Sight, sights } from '../model/judge.ts'
import { type Action, openModel, type Setup } from '../model/model.ts'
import { runs } from '../runs.ts'

const dayMs = 86_400_000
const maxLength = 60

const who = fc.nat(5)
const slot = fc.nat(1)
/** Of the two; more often the first, so that much happens there. */
const account = fc.constantFrom(0, 0, 1)
const told = fc.constantFrom('once', 'once', 'twice', 'never' as const)
const duration = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(1000, 1000, 2000) },
  { weight: 2, arbitrary: fc.constantFrom(15_000, 61_000, 121_000) },
  { weight: 1, arbitrary: fc.constantFrom(dayMs, 3 * dayMs) },
)
const times = fc.integer({ min: 1, max: 40 })
const count = fc.integer({ min: 1, max: 5 })
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('steps'), picks: fc.array(fc.nat(11), { maxLength: 12 }) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('advance'), who: fc.nat(11), times }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pass'), ms: duration }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('follow'), who, told, account }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('unfollow'), who, told, account }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('move'), who, told, account }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('consume'), slot, from: fc.nat(9), count }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('sync'),
      slot,
      account,
      action: fc.constantFrom('sync', 'tick'),
      isShort: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('logIn'), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('bind'), who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('forget'),
      who,
      account,
      how: fc.constantFrom('revoke', 'revoke-mini', 'cancel'),
      told: fc.constantFrom('once', 'twice'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('double'), pick: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail'), pick: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill'), who: fc.nat(11), arrives: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('rebind', 'revisit') }) },
)
const setup: fc.Arbitrary<Setup> = fc.record({
  people: fc.array(fc.record({ isFollowing: fc.boolean(), isBound: fc.boolean(), followsOther: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  }),
  isSynced: fc.boolean(),
  namesLeavers: fc.boolean(),
  takesCursorOfLeaver: fc.boolean(),
})

describe('links', () => {
  const play = async (how: Setup, actions: readonly Action[]) => {
    const model = await openModel(how)
    for (const action of actions) await model.act(action)
    await model.end()
    return model
  }

  it('follow the truth in every order of events, pages, crashes and logins', { timeout: 900_000 }, async () => {
    const seen = new Map<Sight, number>(sights.map(sight => [sight, 0]))
    const actions = fc.array(action, { maxLength, size: 'max' })
    const property = fc.asyncProperty(setup, actions, async (how, what) => {
      const model = await play(how, what)
      expect(model.violations).toEqual([])
      for (const [sight, times] of model.seen) seen.set(sight, (seen.get(sight) ?? 0) + times)
    })
    const numRuns = runs({ everyday: 1000, wide: 10_000 })
    await fc.assert(property, { numRuns })
    const figures = [...seen].map(([what, times]) => `${times} ${what}`).join(', ')
    process.stdout.write(`followers, ${numRuns} interleavings: ${figures}\n`)

    // Schedules that never came there would prove nothing.
    for (const [sight, times] of seen) expect(times, sight).toBeGreaterThan(0)
  })

  it.each(Object.entries(found))('%s', async (_, { setup, actions, ks, js }) => {
    for (let k = 0; k < ks; k++) {
      for (let j = 0; j < js; j++) expect((await play(setup, actions(k, j))).violations, `k ${k}, j ${j}`).toEqual([])
    }
  })
})
