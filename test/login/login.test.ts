import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import { appids } from '../../kit/app.ts'
import { TransportError } from '../../lib/errors.ts'
import { getReach } from '../../lib/followers/reach.ts'
import type { Address } from '../../lib/identifiers.ts'
import { logIn, parseLogin } from '../../lib/login/login.ts'
import { getMe } from '../../lib/login/me.ts'
import type { Identity } from '../../lib/ports.ts'
import { stageApps } from '../idle-pair.ts'
import { id } from '../ids.ts'
import { openSecondPair } from '../second-pair.ts'
import { openLogin, refusal } from './login-world.ts'

const codePath = '/sns/jscode2session'

describe('logIn', () => {
  it('answers a token for the mini-program openid, with the unionid', async () => {
    const { deps, sessions, code, person } = await openLogin()
    const who = await person()
    const answer = await logIn({ code: await code(who) }, deps)
    expect(answer).toMatchObject({ expiresIn: 86_400, reach: 'not-following' })
    const { miniOpenid, unionid } = who
    expect(await sessions.verify(answer.token)).toEqual({ mini: appids.mini, miniOpenid, unionid })
  })

  it('knows who has no unionid yet, and heals when a later login brings one', async () => {
    const { deps, code, person, control } = await openLogin()
    const who = await person({ unionid: false })
    expect(await logIn({ code: await code(who) }, deps)).toMatchObject({ reach: 'no-unionid' })
    await control(`/people/${who.id}/bind`, {})
    expect(await logIn({ code: await code(who) }, deps)).toMatchObject({ reach: 'not-following' })
  })

  it('dates each login by its beginning, though it teaches nothing new: by that an erasure knows who came back', async () => {
    const { deps, links, code, person, tick, now } = await openLogin()
    const who = await person()
    const unionid = who.unionid ?? id('u')
    await logIn({ code: await code(who) }, deps)
    tick(4_000)
    const at = now()
    await logIn({ code: await code(who) }, deps)
    expect(await links.loginsOf([unionid])).toEqual(new Map([[unionid, at]]))
  })

  it('answers the same code alike, with one call to WeChat, also ten times at once', async () => {
    const { deps, code, person, calls, tick } = await openLogin()
    const request = { code: await code(await person()) }
    const answers = await Promise.all(Array.from({ length: 10 }, () => logIn(request, deps)))
    tick(240_000)
    answers.push(await logIn(request, deps))
    expect(new Set(answers.map(it => JSON.stringify(it))).size).toBe(1)
    expect(await calls(codePath)).toBe(1)
  })

  it('tells a bad code from a refused user, and asks WeChat once for each', async () => {
    const { deps, code, person, calls, control } = await openLogin()
    await expect(logIn({ code: 'garbage' }, deps)).rejects.toThrow(
      expect.objectContaining({
        code: 'login-code-invalid',
        status: 400,
        errcode: 40029,
        rid: expect.stringMatching(/^[0-9a-f-]{26}$/),
      }),
    )
    await expect(logIn({ code: 'garbage' }, deps)).rejects.toThrow(refusal('login-code-invalid', 400))
    const risky = await person()
    await control(`/people/${risky.id}/risk`, {})
    await expect(logIn({ code: await code(risky) }, deps)).rejects.toThrow(refusal('login-refused', 403))
    expect(await calls(codePath)).toBe(2)
  })

  it('refuses a code that was used before (40163) for good, and asks WeChat no second time', async () => {
    const { deps, code, person, control } = await openLogin()
    const request = { code: await code(await person()) }
    // Once: who asked again would get a session.
    await control('/faults', { path: codePath, kind: 'errcode', errcode: 40163, times: 1 })
    const used = expect.objectContaining({ code: 'login-code-invalid', status: 400, errcode: 40163 })
    await expect(logIn(request, deps)).rejects.toThrow(used)
    await expect(logIn(request, deps)).rejects.toThrow(used)
  })

  it('gives the code back after a failure, so that the next try may use it', async () => {
    const { deps, code, person, control } = await openLogin()
    const request = { code: await code(await person()) }
    await control('/faults', { path: codePath, kind: 'status', status: 503 })
    await expect(logIn(request, deps)).rejects.toThrow(expect.objectContaining({ name: 'TransportError', status: 503 }))
    expect(await logIn(request, deps)).toMatchObject({ reach: 'not-following' })
  })

  it('lets another process try when the first one was killed amid the exchange', async () => {
    const { deps, mini, code, person } = await openLogin()
    const request = { code: await code(await person()) }
    const hanging = { ...mini, wechat: { exchangeCode: () => new Promise<never>(() => {}) } }
    const killed = logIn(request, { ...deps, minis: [hanging] })
    const answer = await Promise.race([killed, logIn(request, deps).catch(error => error)])
    expect(answer).toEqual(refusal('login-in-progress', 429))
    await deps.sleep(15_000)
    expect(await logIn(request, deps)).toMatchObject({ expiresIn: 86_400 })
  })

  it('leaves the result of a successor alone when it ends too late, with an answer or without', async () => {
    for (const ending of ['answer', 'failure'] as const) {
      const { deps, mini, code, person } = await openLogin()
      const who = await person()
      const request = { code: await code(who) }
      const late = Promise.withResolvers<Identity>()
      const slow = { ...mini, wechat: { exchangeCode: () => late.promise } }
      const first = logIn(request, { ...deps, minis: [slow] })
      await deps.sleep(15_000)
      const answer = await logIn(request, deps)
      if (ending === 'answer') late.resolve({ miniOpenid: id('somebody-else') })
      else late.reject(new TransportError('jscode2session', 'timeout', 'no answer'))
      await Promise.allSettled([first])
      expect(await logIn(request, deps)).toEqual(answer)
    }
  })
})

describe('logIn to two mini programs', () => {
  async function openBoth() {
    const world = await openLogin()
    const shop = await openSecondPair(world)
    const who = v.parse(v.object({ id: v.number(), miniOpenid: v.string() }), await shop.control('/people', {}))
    const answer = await shop.control(`/people/${who.id}/login`, {})
    const { code } = parseLogin(JSON.stringify(answer))
    return { ...world, deps: { ...world.deps, minis: [world.mini, shop.shop] }, shop: { ...shop, who, code } }
  }

  it('goes to the one that is named, without a name to the default one', async () => {
    const { deps, sessions, code, person, shop, calls } = await openBoth()
    const who = await person()
    const [own, other] = await Promise.all([
      logIn({ code: await code(who) }, deps),
      logIn({ code: shop.code, app: 'shop' }, deps),
    ])
    const claims = await Promise.all([own, other].map(it => sessions.verify(it.token)))
    expect(claims).toMatchObject([
      { mini: appids.mini, miniOpenid: who.miniOpenid },
      { mini: shop.shop.app.appid, miniOpenid: shop.who.miniOpenid },
    ])
    expect([await calls(codePath), await shop.calls(codePath)]).toEqual([1, 1])
  })

  it('takes the code of one for none of the other, though it is the same text', async () => {
    const { deps, sessions, code, person } = await openBoth()
    const request = { code: await code(await person()) }
    const { token } = await logIn(request, deps)
    await expect(logIn({ ...request, app: 'shop' }, deps)).rejects.toThrow(refusal('login-code-invalid', 400))
    expect(await sessions.verify((await logIn(request, deps)).token)).toEqual(await sessions.verify(token))
  })

  it('refuses a name that no mini program has', async () => {
    const { deps, calls } = await openBoth()
    for (const app of ['official', 'brand', 'shops'])
      await expect(logIn({ code: 'c', app }, deps)).rejects.toThrow(refusal('app-invalid', 400))
    expect(await calls(codePath)).toBe(0)
  })
})

describe('parseLogin', () => {
  it.each([
    ['not JSON', '{', 'body-not-json'],
    ['no code', '{}', 'body-invalid'],
    ['an empty code', '{"code":""}', 'body-invalid'],
    ['a number', '{"code":7}', 'body-invalid'],
    ['more than a code and an app', '{"code":"x","openid":"o"}', 'body-invalid'],
    ['an app without a name', '{"code":"x","app":""}', 'body-invalid'],
    ['an endless code', JSON.stringify({ code: 'x'.repeat(129) }), 'body-invalid'],
    ['null', 'null', 'body-invalid'],
  ])('refuses %s', (_what, body, code) => {
    expect(() => parseLogin(body)).toThrow(refusal(code, 400))
  })
})

describe('a row that cannot be read', () => {
  it('is written over by the login of its person', async () => {
    const { deps, links, code, person } = await openLogin()
    const who = await person()
    await logIn({ code: await code(who) }, deps)
    await links.spoil({ mini: appids.mini, miniOpenid: who.miniOpenid })
    expect(await logIn({ code: await code(who) }, deps)).toMatchObject({ reach: 'not-following' })
  })

  it('tells nobody that a person is unknown: who asks of them fails, and nobody else', async () => {
    const { deps, meDeps, links, code, person, now } = await openLogin()
    const [who, other] = [await person(), await person()]
    const at = Math.floor(now() / 1000)
    for (const { openid, unionid } of [who, other]) {
      const row = { openid, ...(unionid && { unionid }), following: true, followedAt: at, at }
      await links.of(appids.official).writeFollower(row, undefined)
    }
    const [token, otherToken] = [
      (await logIn({ code: await code(who) }, deps)).token,
      (await logIn({ code: await code(other) }, deps)).token,
    ]
    await links.spoil({ unionid: who.unionid ?? id('u') }, appids.official)
    const [official] = stageApps.officials
    const unread = 'what is stored of this person cannot be read'
    await expect(getMe(`Bearer ${token}`, meDeps)).rejects.toThrow(unread)
    const reachOf = (address: Address) => getReach({ address, official, isAll: false }, { links, apps: stageApps })
    await expect(reachOf({ mini: appids.mini, miniOpenid: who.miniOpenid })).rejects.toThrow(unread)
    await expect(logIn({ code: await code(who) }, deps)).rejects.toThrow(unread)
    expect(await reachOf({ official: official.appid, openid: who.openid })).toEqual({ reach: 'reachable' })
    expect(await getMe(`Bearer ${otherToken}`, meDeps)).toMatchObject({ reach: 'reachable' })
  })
})
