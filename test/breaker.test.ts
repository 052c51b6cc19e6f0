import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createBreaker } from '../lib/breaker.ts'
import { TransportError, WeChatError } from '../lib/errors.ts'
import { openWorld } from './world.ts'

const outage = new TransportError('user/get', 'status', 'HTTP 503', 503)
const notAllowed = new WeChatError('user/get', 40164, 'invalid ip', { rid: 'a-b-c' })

function openBreaker() {
  let now = 0
  const counted: string[] = []
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const breaker = createBreaker({ now: () => now, log, metrics: { count: name => void counted.push(name) } })
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
    expect(await call('ok')).toMatchObject({ withheld: true })
    end('ok')
    expect([await probe, await call('ok'), made()]).toEqual(['ok', 'ok', 2])

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
      { appid, paste: '127.0.0.1', into: expect.stringContaining('IP白名单') },
    ])
    expect(counted).toEqual(['BreakerOpened stable_token', `AddressNotAllowed ${appid}`])
  })

  it('are told of an errcode that nobody knows', async () => {
    const { app, control, counted } = await openWorld()
    const { wechat } = app('official')
    await control('/faults', { path: '/cgi-bin/user/get', kind: 'errcode', errcode: 1007 })
    await expect(wechat.followerPage('x')).rejects.toThrow(
      expect.objectContaining({ errcode: 1007, class: 'transient' }),
    )
    expect(counted).toEqual(['UnknownErrcode user/get'])
  })
})
