import { describe, expect, it } from 'vitest'

import { appids } from '../../kit/app.ts'
import { callsOf } from '../../kit/control.ts'
import { inRuns } from '../../lib/pool.ts'
import { clientMsgIdOf } from '../../lib/send/kinds/template-message.ts'
import { openAccounts } from './accounts-world.ts'
import { again, arrival, event, path, requeued } from './send-world.ts'

const from = (name: string, to: Parameters<typeof event>[1], more: object = {}) =>
  arrival(event(`by-${name}`, to, { from: name, ...more }))
const named = (...names: readonly string[]) =>
  Object.fromEntries(names.map(name => [clientMsgIdOf(`by-${name}`), name]))

describe('an event', () => {
  it('goes out by the account that it names, or the default one, and is said to have', async () => {
    const { sendAll, person, arrivals, stateOf, others } = await openAccounts('brand', 'region')
    const { unionid } = await person('official', 'brand', 'region')
    const unnamed = arrival(event('by-official', { unionid }))
    expect(await sendAll([from('region', { unionid }), unnamed, from('brand', { unionid })])).toEqual([])
    expect(arrivals()).toEqual(named('official', 'brand', 'region'))
    expect(await stateOf('by-official')).toMatchObject({ state: 'accepted', official: appids.official })
    expect(await stateOf('by-region')).toMatchObject({ state: 'accepted', official: others[1]?.app.appid })
  })

  it('finds the person by any of five ids', async () => {
    const { sendAll, person, box } = await openAccounts('brand')
    const { unionid, ids } = await person('official', 'brand')
    const ways = [
      { unionid },
      { miniOpenid: ids('mini') },
      { miniOpenid: ids('shop'), mini: 'shop' },
      { openid: ids('brand') },
      { openid: ids('official'), from: 'official' },
    ]
    const batch = ways.map(({ mini, from: account = 'brand', ...to }: Record<string, string>, index) =>
      arrival({ ...event(`order-${index}`, { unionid }), to, from: account, ...(mini === undefined ? {} : { mini }) }),
    )
    expect(await sendAll(batch)).toEqual([])
    expect(
      box
        .messages()
        .map(it => it.app)
        .toSorted(),
    ).toEqual([...Array(4).fill('brand'), 'official'])
    expect(new Set(box.messages().map(it => it.openid))).toEqual(new Set([ids('brand'), ids('official')]))
  })

  it.each([
    ['an account that is none', { from: 'nobody' }, 'from is no Official Account of this stage'],
    ['a mini program as an account', { from: 'shop' }, 'from is no Official Account of this stage'],
    ['a mini program that is none', { mini: 'brand' }, 'mini is no mini program of this stage'],
    [
      'from any, to the openid of one',
      { from: 'any', to: { openid: 'o' } },
      'to.openid is of one Official Account: from must name it',
    ],
  ])('is rejected that names %s', async (_what, more, reason) => {
    const { sendAll, person, stateOf, box, queue } = await openAccounts('brand')
    const { unionid } = await person('official', 'brand')
    await sendAll([arrival({ ...event('order-1', { unionid }), ...more })])
    expect(await stateOf('order-1')).toMatchObject({ state: 'rejected', reason })
    expect([box.messages(), queue.aside.length]).toEqual([[], 1])
  })

  it('without a name goes out by the one that the users of its mini program follow', async () => {
    const { sendAll, person, arrivals, stage, others } = await openAccounts('brand')
    const { unionid } = await person('official', 'brand')
    const [mini, shop] = stage().minis
    const follows = others[0]?.app
    if (mini === undefined || shop === undefined || follows === undefined) throw new Error('no second pair')
    const minis = [mini, { ...shop, follows }]
    const batch = [
      arrival(event('by-shop', { unionid }, { mini: 'shop' })),
      arrival(event('by-mini', { unionid }, { mini: 'mini' })),
      arrival(event('by-name', { unionid }, { mini: 'shop', from: 'official' })),
    ]
    expect(await sendAll(batch, { minis })).toEqual([])
    expect(arrivals()).toEqual({
      [clientMsgIdOf('by-shop')]: 'brand',
      [clientMsgIdOf('by-mini')]: 'official',
      [clientMsgIdOf('by-name')]: 'official',
    })
  })

  it('opens the page of the mini program that it names', async () => {
    const { sendAll, person, box, shop } = await openAccounts('brand')
    const { unionid } = await person('brand')
    await sendAll([from('brand', { unionid }, { page: 'pages/a', mini: 'shop' })])
    expect(box.messages()[0]?.miniprogram).toEqual({ appid: shop.appid, pagepath: 'pages/a' })
  })
})

describe('an event from any account', () => {
  it('goes out by the first that reaches the person', async () => {
    const { sendAll, person, arrivals, stateOf, others } = await openAccounts('brand', 'region')
    const people = [await person('region'), await person('brand', 'region'), await person('official', 'region')]
    await sendAll(people.map(({ unionid }, index) => arrival(event(`order-${index}`, { unionid }, { from: 'any' }))))
    expect(Object.values(arrivals()).toSorted()).toEqual(['brand', 'official', 'region'])
    expect(await stateOf('order-1')).toMatchObject({ state: 'accepted', official: others[0]?.app.appid })
  })

  it('reaches nobody who follows none of them', async () => {
    const { sendAll, person, stateOf, tick, box } = await openAccounts('brand')
    const { unionid } = await person()
    tick(20_000)
    expect(await sendAll([from('any', { unionid })])).toEqual([])
    expect([(await stateOf('by-any'))?.reason, box.messages()]).toEqual(['not-following', []])
  })

  it('is repeated by the account that may have sent it, also once another one reaches the person first', async () => {
    const world = await openAccounts('brand')
    const { sendAll, person, control, arrivals, stateOf, links, now, stage, tick } = world
    const { unionid, ids } = await person('brand')
    await control('/faults', { app: 'brand', path, kind: 'reset-after', times: 2 })
    const one = from('any', { unionid })
    expect(await sendAll([one])).toEqual([one])
    tick(60_000)
    const at = Math.floor(now() / 1000)
    await links
      .of(appids.official)
      .writeFollower({ openid: ids('official'), unionid, following: true, followedAt: at, at }, undefined)
    expect(await sendAll([again(one)])).toEqual([])
    expect([arrivals(), (await stateOf('by-any'))?.official]).toEqual([
      { [clientMsgIdOf('by-any')]: 'brand' },
      stage().accounts[1]?.app.appid,
    ])
  })

  it('is repeated by the account whose invocation died', async () => {
    const { sendAll, person, arrivals, deps, links, now, tick } = await openAccounts('brand')
    const { unionid, ids } = await person('brand')
    const killed = { ...deps.deliveries, accept: async () => Promise.reject(new Error('killed')) }
    const one = from('any', { unionid })
    expect(await sendAll([one], { deliveries: killed })).toEqual([one])
    tick(120_000)
    const at = Math.floor(now() / 1000)
    await links
      .of(appids.official)
      .writeFollower({ openid: ids('official'), unionid, following: true, followedAt: at, at }, undefined)
    expect(await sendAll([again(one)])).toEqual([])
    expect(arrivals()).toEqual({ [clientMsgIdOf('by-any')]: 'brand' })
  })
})

describe('two copies of an event by two accounts', () => {
  it('make one message, in one batch and in two', async () => {
    const { sendAll, person, box } = await openAccounts('brand')
    const { unionid } = await person('official', 'brand')
    const copies = ['official', 'brand'].map(name => arrival(event('order-1', { unionid }, { from: name })))
    expect(await sendAll(copies)).toEqual([])
    expect(await sendAll(copies.map(again))).toEqual([])
    expect(box.messages()).toHaveLength(1)
  })

  it('wait for what became of the first, and are for people once WeChat has forgotten it', async () => {
    const { sendAll, person, box, control, queue, tick, stateOf } = await openAccounts('brand')
    const { unionid } = await person('official', 'brand')
    await control('/faults', { app: 'official', path, kind: 'reset-after', times: 2 })
    await sendAll([arrival(event('order-1', { unionid }))])
    const other = arrival(event('order-1', { unionid }, { from: 'brand' }))
    expect(await sendAll([other])).toEqual([])
    expect(queue.again.map(it => it.delaySeconds)).toEqual([60])
    tick(600_000)
    for (const it of queue.again.splice(0)) await sendAll([requeued(it)])
    expect([box.messages().length, (await stateOf('order-1'))?.state]).toEqual([1, 'in-doubt'])
  })
})

describe('the trouble of one account', () => {
  it.each([
    ['a day quota that is used up', { kind: 'errcode', errcode: 45009 }],
    ['a ban', { kind: 'errcode', errcode: 48001 }],
    ['an address that is not allowed', { kind: 'errcode', errcode: 40164 }],
    ['no answer at all', { kind: 'hang' }],
  ])('is none of the others: %s', async (_what, fault) => {
    const { sendAll, person, box, control, counted, stage } = await openAccounts('brand')
    const { unionid } = await person('official', 'brand')
    await control('/faults', { app: 'brand', path, times: 1_000, ...fault })
    const batch = Array.from({ length: 40 }, (_, index) =>
      arrival(event(`order-${index}`, { unionid }, { from: index % 2 === 0 ? 'official' : 'brand' })),
    )
    await sendAll(batch)
    expect(box.messages().filter(it => it.app === 'official')).toHaveLength(20)
    expect(counted.filter(it => it.endsWith(' official') && !/MessageOutcome|TokenRenewed/.test(it))).toEqual([])
    const [own] = stage().accounts
    expect([(await own?.gate.read())?.closedUntil, own?.trouble.size]).toEqual([undefined, 0])
  })
})

describe('twenty accounts whose tokens all die at once', () => {
  it('get one token each, and send all of their messages', async () => {
    const names = Array.from({ length: 19 }, (_, index) => `account-${index}`)
    const { sendAll, person, box, control } = await openAccounts(...names)
    const all = ['official', ...names]
    const { unionid } = await person(...all)
    const batchOf = (round: string, count: number) =>
      all.flatMap(name =>
        Array.from({ length: count }, (_, index) =>
          arrival(event(`${round}-${name}-${index}`, { unionid }, { from: name })),
        ),
      )
    await sendAll(batchOf('first', 1))
    const tokenCalls = () => callsOf(control, '/cgi-bin/stable_token', all)
    const before = await tokenCalls()
    for (const app of all) await control('/tokens/revoke', { app })
    for (const batch of inRuns(batchOf('second', 50), 100)) expect(await sendAll(batch)).toEqual([])
    expect(box.messages()).toHaveLength(20 + 1_000)
    expect([before, await tokenCalls()]).toEqual([20, 40])
  })
})
