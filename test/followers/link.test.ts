import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AtAccount,
  type FollowerSeen,
  type FoundPerson,
  hintOf,
  mergeFollower,
  personIn,
  reachOf,
} from '../../lib/followers/link.ts'
import type { OfficialAppId } from '../../lib/identifiers.ts'
import { id, officialAppid, otherOfficialAppid } from '../ids.ts'

const openid = id('oOfficial')
const unionid = id('uPerson')

describe('reachOf', () => {
  const follower = { known: true, openid, unionid, following: true }

  it('tells the four cases apart', () => {
    expect(reachOf({ known: false, following: false })).toBe('unknown')
    expect(reachOf({ known: true, following: false })).toBe('no-unionid')
    expect(reachOf({ known: true, unionid, following: false })).toBe('not-following')
    expect(reachOf(follower)).toBe('reachable')
    expect(reachOf({ ...follower, following: false })).toBe('not-following')
  })

  it('reaches a follower without unionid by the openid', () => {
    expect(reachOf({ known: true, openid, following: true })).toBe('reachable')
  })

  it('has a hint for all but the reachable', () => {
    const hints = (['not-following', 'no-unionid', 'unknown', 'reachable'] as const).map(it => hintOf(it))
    expect(hints.map(hint => typeof hint)).toEqual(['string', 'string', 'string', 'undefined'])
  })
})

describe('personIn', () => {
  const found: FoundPerson = {
    known: true,
    unionid,
    accounts: new Map<OfficialAppId, AtAccount | 'unreadable'>([
      [officialAppid, { openid, following: true, followedAt: 5 }],
      [otherOfficialAppid, 'unreadable'],
    ]),
  }

  it('sees a person as each account does', () => {
    expect(personIn(found, officialAppid)).toEqual({ known: true, unionid, openid, following: true, followedAt: 5 })
    expect(personIn({ ...found, accounts: new Map() }, officialAppid)).toEqual({
      known: true,
      unionid,
      following: false,
    })
    const nobody = { known: false, following: false }
    expect(personIn({ known: false, accounts: new Map() }, officialAppid)).toEqual(nobody)
  })

  it('says nothing where what is needed cannot be read', () => {
    expect([personIn(found, otherOfficialAppid), personIn(undefined, officialAppid)]).toEqual([undefined, undefined])
  })

  it('does not take who was not asked for one who does not know the person', () => {
    expect(() => personIn({ ...found, only: officialAppid }, otherOfficialAppid)).toThrow('only')
  })
})

describe('mergeFollower', () => {
  const seen: fc.Arbitrary<FollowerSeen> = fc
    .record({ following: fc.boolean(), at: fc.nat(50), unionid: fc.constantFrom(undefined, id('u1'), id('u2')) })
    .map(({ following, at, unionid: drawn }) => ({
      openid,
      following,
      at,
      ...(following ? { followedAt: at } : {}),
      ...(drawn === undefined ? {} : { unionid: drawn }),
    }))

  it('writes nothing for what it has seen before', () => {
    expect(() =>
      fc.assert(
        fc.property(seen, sight => {
          const row = mergeFollower(undefined, sight)
          return typeof row !== 'string' && mergeFollower(row, sight) === 'unchanged'
        }),
      ),
    ).not.toThrow()
  })

  it('ends in the state of the newest event, in whatever order they come', () => {
    const distinct = fc.uniqueArray(seen, { selector: sight => sight.at, minLength: 1, maxLength: 8 })
    expect(() =>
      fc.assert(
        fc.property(
          distinct.chain(list => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
          ([list, shuffled]) => {
            const newest = list.reduce((one, other) => (other.at > one.at ? other : one))
            const end = shuffled.reduce<FollowerSeen | undefined>((stored, next) => {
              const row = mergeFollower(stored, next)
              return typeof row === 'string' ? stored : row
            }, undefined)
            return end?.following === newest.following && end.followedAt === newest.followedAt
          },
        ),
      ),
    ).not.toThrow()
  })

  it('asks when two events of one second contradict each other, and then goes by the answer', () => {
    const stored = { openid, following: false, at: 7 }
    const back = { openid, following: true, followedAt: 7, at: 7 }
    expect(mergeFollower(stored, back)).toBe('ask')
    expect(mergeFollower(stored, { ...back, confirmed: true })).toEqual(back)
  })

  it('forgets the unionid of a follower for whom WeChat names none any more', () => {
    const stored = { openid, unionid, following: true, followedAt: 5, at: 5 }
    const seen = { openid, following: true, followedAt: 5, at: 6 }
    expect(mergeFollower(stored, seen)).toEqual({ ...seen, formerly: [unionid] })
  })

  it('keeps what is known of a follower of whom WeChat says nothing but that they follow', () => {
    const stored = { openid, unionid, following: true, followedAt: 5, at: 5 }
    expect(mergeFollower(stored, { openid, following: true, at: 9 })).toBe('unchanged')
    const left = { openid, unionid, following: false, at: 5 }
    expect(mergeFollower(left, { openid, following: true, at: 9 })).toEqual({ ...left, following: true, at: 9 })
  })

  it('keeps the unionid of one who leaves, for the event names none', () => {
    const stored = { openid, unionid, following: true, followedAt: 5, at: 5 }
    expect(mergeFollower(stored, { openid, following: false, at: 6 })).toEqual({
      openid,
      unionid,
      following: false,
      at: 6,
    })
  })
})
