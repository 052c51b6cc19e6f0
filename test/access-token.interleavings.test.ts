/**
 * Processes that share one token, in every order of their steps.
 *
 * Each request to the store or to WeChat has two steps, its arrival and its answer. A generated schedule says who takes
 * the next one, when time passes, when a process is killed (it never goes on), and when another system replaces the
 * token. Nothing but the token source is ours here: the store is the fake of the contract suite, WeChat a model.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type AccessTokenSource, createAccessTokenSource, withAccessToken } from '../lib/access-token.ts'
import { TransportError, WeChatError } from '../lib/errors.ts'
import type { AccessToken, StoredToken, TokenStore } from '../lib/ports.ts'
import { memoryTokens } from './fakes/memory-stores.ts'
import { officialAppid } from './ids.ts'

type Mode = 'stable' | 'classic'
type Action =
  | { readonly do: 'step'; readonly pick: number }
  | { readonly do: 'finish' | 'replace' | 'replaceWithOverlap' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'call' | 'keepFresh'; readonly slot: number }
  | { readonly do: 'kill'; readonly slot: number; readonly arrives: boolean }

const runs = 10_000
const slots = 3
const leaseMs = 15_000
const pollMs = 200
const freshMs = 290_000
const marginMs = 60_000
/** Our client's limit of a call. */
const answerMs = 10_000
const lifeMs = 7_200_000
const overlapMs = 300_000

const slot = fc.nat(slots - 1)
const duration = fc.oneof(
  fc.constantFrom(pollMs, leaseMs, marginMs, freshMs, overlapMs, lifeMs - freshMs, lifeMs - marginMs),
  fc.integer({ min: 1, max: 20_000 }),
)
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 14, arbitrary: fc.record({ do: fc.constant('step'), pick: fc.nat(99) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('call'), slot }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('finish', 'replace', 'replaceWithOverlap') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass'), ms: duration }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('keepFresh'), slot }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill'), slot, arrives: fc.boolean() }) },
)

describe.each(['stable', 'classic'] as const)('one token for several processes, %s', mode => {
  it('holds in every order of their steps, whoever is killed', { timeout: 300_000 }, async () => {
    const seen = { runs: 0, steps: 0, calls: 0, tokenCalls: 0, killed: 0, killedAsking: 0, ranOut: 0, refusedTwice: 0 }
    const property = fc.asyncProperty(fc.array(action, { maxLength: 70 }), async actions => {
      const world = openWorld(mode)
      for (const it of actions) await world.act(it)
      await world.end()
      expect(world.violations).toEqual([])
      for (const [key, value] of Object.entries(world.seen)) seen[key as keyof typeof seen] += value
      seen.runs += 1
    })
    await fc.assert(property, { numRuns: runs })
    const figures = Object.entries(seen).map(([key, value]) => `${value} ${key}`)
    process.stdout.write(`token, ${mode}, interleavings: ${figures.join(', ')}\n`)

    // A schedule that reaches nothing would prove nothing.
    for (const value of Object.values(seen)) expect(value).toBeGreaterThan(0)
    expect(seen.runs).toBeGreaterThanOrEqual(runs)
  })
})
