import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { silentLog as log, silentMetrics } from '../../kit/silent.ts'
import { TransportError, WeChatError } from '../../lib/errors.ts'
import { createBreaker } from '../../lib/wechat/breaker.ts'
import { openWorld } from '../world.ts'

const outage = new TransportError('user/get', 'status', 'HTTP 503', 503)
const notAllowed = new WeChatError('user/get', 40164, 'invalid ip', { rid: 'a-b-c' })

function openBreaker() {
  let now = 0
  const counted: string[] = []
  const metrics = { ...silentMetrics, count: (name: string) => void counted.push(name) }
  const breaker = createBreaker({ now: () => now, log, metrics })
  let calls = 0
  const call = (outcome: Error | 'ok', api = 'user/get', part?: string) =>
    breaker
      .run(
        api,
        async () => {
          calls += 1
          if (outcome !== 'ok') throw outcome
          return 'ok'
        },
        part,
      )
      .catch((error: unknown) => error)
  const tick = (ms: number) => {
    now += ms
  }
  return { breaker, call, counted, tick, made: () => calls }
}

describe('the breaker', () => {
  it('opens at once for what only people can mend, and says what it was without a call', async () => {
    const { call, counted, made } = openBreaker()
    await call(notAllowed)
    expect(await call('ok')).toMatchObject({ errcode: 40164, class: 'config', rid: 'a-b-c', withheld: true })
    expect([made(), counted]).toEqual([1, ['BreakerOpened']])
  })

  it('opens for an outage after five failures in a row, as a call that surely was not made', async () => {
    const { call, made } = openBreaker()
    for (const outcome of [outage, outage, 'ok', outage, outage, outage, outage] as const) await call(outcome)
    expect(await call(outage)).toBe(outage)
    expect(await call('ok')).toMatchObject({
      name: 'TransportError',
      failure: 'withheld',
      isUnsent: true,
      class: 'transient',
    })
    expect(made()).toBe(8)
  })

  it('opens for one part alone where the trouble may be its own, and for all where it is not', async () => {
    const { call, made } = openBreaker()
    const hangs = new TransportError('send', 'timeout', 'no answer')
    for (let times = 0; times < 5; times++) await call(hangs, 'send', 'one')
    expect(await call('ok', 'send', 'one')).toMatchObject({ failure: 'withheld', api: 'send' })
    expect(await call('ok', 'send', 'other')).toBe('ok')
    expect(made()).toBe(6)
    const away = new TransportError('send', 'connect', 'no connection')
    for (const part of ['a', 'b', 'c', 'd', 'e']) await call(away, 'send', part)
    expect(await call('ok', 'send', 'f')).toMatchObject({ failure: 'withheld' })
    expect(made()).toBe(11)
  })

  it('opens for all parts at once when WeChat refuses the whole account', async () => {
    const { call, made } = openBreaker()
    await call(notAllowed, 'send', 'one')
    expect(await call('ok', 'send', 'other')).toMatchObject({ errcode: 40164, withheld: true })
    expect(made()).toBe(1)
  })

  it('lets one call probe after a pause that grows, and closes with the first success', async () => {
    const { breaker, call, tick, made } = openBreaker()
    await call(notAllowed)
    tick(10_000)
    let end: (value: string) => void = () => {}
    const probe = breaker.run('user/get', () => new Promise<string>(resolve => (end = resolve)))
    // It was told the old cause, and its event waited for minutes after everything had been mended.
    const meanwhile = call('ok')
    expect(made()).toBe(1)
    end('ok')
    expect([await probe, await meanwhile, await call('ok'), made()]).toEqual(['ok', 'ok', 'ok', 3])

    await call(notAllowed)
    tick(10_000)
    await call(notAllowed)
    tick(19_999)
    expect(await call('ok')).toMatchObject({ withheld: true })
    tick(1)
    expect(await call('ok')).toBe('ok')
  })

  it('keeps the calls apart, and does not take a refusal of one recipient or a quota for an outage', async () => {
    const { call } = openBreaker()
    await call(notAllowed)
    expect(await call('ok', 'template/send')).toBe('ok')
    const aboutTheCall = [43004, 40037, 45009, 40001].map(it => new WeChatError('template/send', it, ''))
    for (const error of [...aboutTheCall, ...aboutTheCall]) expect(await call(error, 'template/send')).toBe(error)
    expect(await call('ok', 'template/send')).toBe('ok')
  })

  // A dozen 43117 to one busy person kept the template from everybody else.
  it.each([43117, 40241, 43108, 45066, 50002])(
    'holds nothing back for what concerns one person (%i)',
    async errcode => {
      const { call, counted } = openBreaker()
      const refusal = new WeChatError('template/send', errcode, '')
      for (let times = 0; times < 12; times++) expect(await call(refusal, 'template/send', 'one')).toBe(refusal)
      expect([await call('ok', 'template/send', 'one'), counted]).toEqual(['ok', []])
    },
  )

  it('takes a code that nobody knows for an answer, which may be about one person; a negative one for a failure', async () => {
    const { call, counted } = openBreaker()
    for (let times = 0; times < 12; times++) {
      await call(new WeChatError('template/send', 43_999, ''), 'template/send', 'one')
      await call(new WeChatError('jscode2session', 43_999, ''), 'jscode2session')
    }
    expect(counted).toEqual([])
    for (let times = 0; times < 5; times++) await call(new WeChatError('jscode2session', -217, ''), 'jscode2session')
    expect(counted).toEqual(['BreakerOpened'])
  })

  it('opens for everybody at once while WeChat blocks the account for the moment', async () => {
    const { call } = openBreaker()
    await call(new WeChatError('template/send', 45501, ''), 'template/send', 'one')
    expect(await call('ok', 'template/send', 'other')).toMatchObject({ errcode: 45501, withheld: true })
  })

  it('does not count what was never called: a function out of time is no outage', async () => {
    const { call } = openBreaker()
    const outOfTime = new TransportError('user/get', 'withheld', 'not called: the function is out of time')
    for (let times = 0; times < 12; times++) await call(outOfTime)
    expect(await call('ok')).toBe('ok')
  })

  it('stays open though a call that began before comes back well at the same time', async () => {
    const { breaker, call } = openBreaker()
    const slow = Promise.withResolvers<string>()
    const refused = breaker.run('user/get', () => slow.promise).catch(() => 'refused')
    await call('ok')
    slow.reject(notAllowed)
    expect([await refused, await call('ok')]).toEqual(['refused', expect.objectContaining({ withheld: true })])
  })

  /** A call under way until it is told how it ends. */
  const underWay = (breaker: ReturnType<typeof openBreaker>['breaker'], part?: string) => {
    const answer = Promise.withResolvers<string>()
    const done = breaker.run('send', () => answer.promise, part).catch((error: unknown) => error)
    return async (error: Error) => {
      answer.reject(error)
      return done
    }
  }

  it('learns nothing from what was under way when it opened: the pause stays as it is', async () => {
    const { breaker, call, tick } = openBreaker()
    const ends = [underWay(breaker), underWay(breaker), underWay(breaker)]
    await call(notAllowed, 'send')
    for (const end of ends) await end(outage)
    tick(10_000)
    expect(await call('ok', 'send')).toBe('ok')
  })

  it('lets no second call probe when one from before comes back amid the first', async () => {
    const { breaker, call, tick } = openBreaker()
    const before = underWay(breaker)
    await call(notAllowed, 'send')
    tick(10_000)
    const probe = underWay(breaker)
    await before(outage)
    const meanwhile = call('ok', 'send')
    await probe(outage)
    expect(await meanwhile).toMatchObject({ failure: 'withheld' })
    tick(40_000)
    expect(await call('ok', 'send')).toBe('ok')
  })

  // It was 310 s: the template's withheld calls counted as refusals of the account.
  it('lets the others go 10 s after a refusal of the account, while one template waits for 300 s of its own', async () => {
    const { call, tick } = openBreaker()
    const banned = new WeChatError('send', 43116, 'This template_id is banned')
    for (let times = 0; times < 4; times++) await call(banned, 'send', 'banned')
    for (let pauseMs = 10_000; pauseMs <= 320_000; pauseMs *= 2) {
      await call(banned, 'send', 'banned')
      tick(Math.min(pauseMs, 300_000))
    }
    await call(banned, 'send', 'banned')
    tick(300_000)
    await call(notAllowed, 'send', 'banned')
    for (let second = 1; second < 10; second++) {
      tick(1000)
      expect(await call('ok', 'send', 'other')).toMatchObject({ errcode: 40164, withheld: true })
    }
    tick(1000)
    await call(banned, 'send', 'banned')
    expect(await call('ok', 'send', 'other')).toBe('ok')
  })

  it('leaves a template as it was through a refusal of the account, and through no connection', async () => {
    const { call, tick } = openBreaker()
    const away = new TransportError('send', 'connect', 'no connection')
    const hangs = new TransportError('send', 'timeout', 'no answer')
    for (let times = 0; times < 5; times++) await call(hangs, 'send', 'one')
    tick(10_000)
    await call(notAllowed, 'send', 'one')
    tick(10_000)
    expect(await call('ok', 'send', 'one')).toBe('ok')
    for (const error of [hangs, hangs, hangs, hangs, away]) await call(error, 'send', 'one')
    expect(await call(hangs, 'send', 'one')).toBe(hangs)
    expect(await call('ok', 'send', 'one')).toMatchObject({ failure: 'withheld' })
  })

  it('does not open for one banned template: others still go out', async () => {
    const { call } = openBreaker()
    const banned = new WeChatError('template/send', 43116, 'This template_id is banned')
    for (let time = 0; time < 4; time++) expect(await call(banned)).toBe(banned)
    expect(await call('ok')).toBe('ok')
  })

  it('never makes a call while open, and always makes one again in the end', async () => {
    const step = fc.record({ outcome: fc.constantFrom(outage, notAllowed, 'ok' as const), pause: fc.nat(400_000) })
    const holds = async (steps: { outcome: Error | 'ok'; pause: number }[]) => {
      const { call, tick, made } = openBreaker()
      for (const { outcome, pause } of steps) {
        tick(pause)
        const before = made()
        const result = await call(outcome)
        const isMade = result === outcome
        if (isMade !== made() > before) return false
      }
      tick(300_000)
      return (await call('ok')) === 'ok'
    }
    await expect(fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), holds))).resolves.toBeUndefined()
  })
})

describe('what the breaker counts', () => {
  const away = new TransportError('send', 'connect', 'no connection')

  it('is failures in a row: an answer about the call alone shows that WeChat is there', async () => {
    const { call } = openBreaker()
    const refused = new WeChatError('send', 43004, 'require subscribe')
    for (const outcome of [outage, outage, outage, outage, refused, outage, outage, outage, outage]) await call(outcome)
    expect(await call('ok')).toBe('ok')
  })

  it('is not ended by a call that was withheld: nobody answered', async () => {
    const { call } = openBreaker()
    const hangs = new TransportError('send', 'timeout', 'no answer')
    for (let times = 0; times < 5; times++) await call(hangs, 'send', 'one')
    for (const part of ['a', 'b', 'c', 'd']) await call(away, 'send', part)
    expect(await call('ok', 'send', 'one')).toMatchObject({ failure: 'withheld' })
    await call(away, 'send', 'e')
    expect(await call('ok', 'send', 'f')).toMatchObject({ failure: 'withheld' })
  })

  it('is no failure of a call that was under way when it opened: the pause stays the first one', async () => {
    const { call, tick, counted } = openBreaker()
    await Promise.all(Array.from({ length: 8 }, () => call(outage)))
    tick(10_000)
    expect(await call('ok')).toBe('ok')
    expect(counted).toEqual(['BreakerOpened'])
  })
})

describe('ops', () => {
  it('are told the one address to paste, and how often', async () => {
    const { app, control, lines, counted } = await openWorld()
    const { appid, wechat } = app('official')
    await control('/allow-list', { app: 'official', addresses: ['203.0.113.7'] })
    await expect(wechat.fetchAccessToken()).rejects.toThrow(
      expect.objectContaining({ errcode: 40164, address: '127.0.0.1' }),
    )
    await expect(wechat.fetchAccessToken()).rejects.toThrow(expect.objectContaining({ errcode: 40164, withheld: true }))
    expect(lines.filter(it => it.event === 'wechat.address-not-allowed').map(it => it.fields)).toEqual([
      { app: 'official', appid, paste: '127.0.0.1', into: expect.stringContaining('IP白名单') },
    ])
    expect(counted).toEqual(['BreakerOpened official', 'AddressNotAllowed official'])
  })

  it('are told of an errcode that nobody knows', async () => {
    const { app, control, counted } = await openWorld()
    const { wechat } = app('official')
    await control('/faults', { path: '/cgi-bin/user/get', kind: 'errcode', errcode: 1007 })
    await expect(wechat.followerPage('x')).rejects.toThrow(
      expect.objectContaining({ errcode: 1007, class: 'transient' }),
    )
    expect(counted).toEqual(['UnknownErrcode user/get official'])
  })
})
