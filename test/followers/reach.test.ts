import { describe, expect, it } from 'vitest'
import { memoryLinks } from '../../kit/memory-stores.ts'
import { getReach, parseAddress } from '../../lib/followers/reach.ts'
import { id } from '../ids.ts'

describe('parseAddress', () => {
  it.each(['unionid', 'miniOpenid', 'openid'])('reads ?%s=', name => {
    expect(parseAddress({ [name]: 'abc-1' })).toEqual({ [name]: 'abc-1' })
  })

  it.each([
    [{}],
    [{ openid: '' }],
    [{ openid: undefined }],
    [{ openid: 'a b' }],
    [{ openid: 'a', unionid: 'b' }],
    [{ openId: 'a' }],
  ])('refuses %j', query => {
    expect(() => parseAddress(query)).toThrow(expect.objectContaining({ code: 'address-invalid', status: 400 }))
  })
})

describe('getReach', () => {
  it('says who can be reached, and what would change it', async () => {
    const links = memoryLinks()
    const row = { openid: id('o1'), unionid: id('u1'), following: true, at: 1 }
    await links.writeFollower(row, undefined)
    expect(await getReach({ unionid: id('u1') }, { links })).toEqual({ reach: 'reachable' })
    await links.writeFollower({ ...row, following: false, at: 2 }, row)
    const left = { reach: 'not-following', hint: 'The user must follow the Official Account.' }
    expect(await getReach({ openid: id('o1') }, { links })).toEqual(left)
    expect(await getReach({ openid: id('o2') }, { links })).toMatchObject({
      reach: 'unknown',
      hint: expect.any(String),
    })
  })
})
