import { describe, expect, it } from 'vitest'
import { problemsOf } from '../../deploy/parameters.ts'
import { appids, boxApps } from '../../kit/app.ts'
import { checkSelf, readableIn } from '../../lib/doctor/self-check.ts'
import { canaryId, flyCanary } from '../../lib/send/canary.ts'
import type { Delivery } from '../../lib/send/delivery.ts'
import { readTemplateLists } from '../../lib/send/template-list.ts'
import templates from '../../templates.json' with { type: 'json' }
import { twoPairs } from '../second-pair.ts'
import { arrival, openSend } from '../send/send-world.ts'
import { type Options, openDoctorWorld, openDoctorWorldOfTwo } from './doctor-world.ts'

const hour = 3_600_000
const accounts = twoPairs.officials.map(app => ({
  app,
  templates: readTemplateLists(templates, 'local', twoPairs.officials).get(app.name) ?? {},
}))
const stage = () => ({ accounts, minis: twoPairs.minis, values: 'checked' as const })
const event = {
  to: { openid: 'oTestPhoneTestPhoneTestPhone' },
  template: 'order-paid',
  data: { character_string1: '20261122', amount2: '0.01元', time3: '2026-11-22 12:00:00' },
}

async function open(options: Options & { readonly event?: object } = {}) {
  const world = await openDoctorWorld(options)
  const pushed: unknown[] = []
  const events = { push: async (messages: readonly unknown[]) => void pushed.push(...messages) }
  const canary = {
    event: JSON.stringify(options.event ?? event),
    stage,
    deliveries: world.deliveries,
    events,
    now: world.now,
  }
  const look = (broken = {}, more = {}) =>
    checkSelf({
      openDoctor: () => ({ ...world.openDeps(), readable: readableIn(boxApps), ...broken }),
      metrics: world.metrics,
      ...more,
    })
  /** What became of the event of so many hours ago. */
  const was = async (hoursAgo: number, state: Delivery['state']) => {
    const id = canaryId(world.now() - hoursAgo * hour)
    await world.deliveries.record({ id, state, attempts: 1, at: new Date(world.now()).toISOString() }, 'a copy')
  }
  return { ...world, pushed, look, fly: (broken = {}) => look(broken, { canary }), was }
}

describe('the self-check', () => {
  it('passes and counts where nothing is wrong, for one call of the token API for each app', async () => {
    const { look, counted, calls } = await open()
    expect((await look()).well).toContain('allow-list')
    expect(counted).toEqual(['SelfCheckPassed'])
    expect(await calls('/cgi-bin/stable_token')).toBe(2)
    expect(await calls('/cgi-bin/user/get')).toBe(0)
  })

  it('fails by the name of what is wrong, and counts nothing', async () => {
    const { look, control, counted } = await open({ secrets: { 'mini-appsecret': 'f'.repeat(32) } })
    await control('/faults', { path: '/cgi-bin/stable_token', kind: 'errcode', errcode: 40164, times: 1 })
    await expect(look()).rejects.toThrow(/stage failed: .*(mini-credentials|allow-list)/)
    expect(counted).toEqual([])
  })

  it('fails for dead letters, and tells neither addresses nor secrets', async () => {
    const { look } = await open()
    const size = async (name: string) => ({ ready: name.endsWith('-dlq') ? 3 : 0, later: 0, inWork: 0 })
    await expect(look({ queues: { size } })).rejects.toThrow(
      /^the self-check of this stage failed: queues; \.\/queqiao doctor says what to do$/,
    )
  })

  it('asks for no key that signs sessions', async () => {
    const asked: string[] = []
    const { look, openDeps } = await open()
    const { secrets } = openDeps()
    await look({ secrets: { get: (name: never) => secrets.get(name, void asked.push(name) as undefined) } })
    expect(new Set(asked)).toEqual(new Set(readableIn(boxApps)))
    expect(asked).not.toContain('session-keys')
  })
})

describe('the self-check of two pairs', () => {
  it('tells of whom it is that is not well', async () => {
    const world = await openDoctorWorldOfTwo({ secrets: { 'brand-appsecret': 'f'.repeat(32) } })
    const openDoctor = () => ({ ...world.openDeps(), readable: readableIn(twoPairs) })
    await expect(checkSelf({ openDoctor, metrics: world.metrics })).rejects.toThrow(/: official-credentials of brand; /)
    expect(world.counted).toEqual([])
  })
})

describe('the canary', () => {
  it('pushes one event in each hour, which ends with the hour', async () => {
    const { fly, pushed, was, tick } = await open()
    await fly()
    expect(pushed).toMatchObject([{ ...event, id: 'self-check:2026-11-22T04', expiresAt: '2026-11-22T05:00:00.000Z' }])
    await was(0, 'accepted')
    tick(hour / 4)
    await fly()
    expect(pushed).toHaveLength(1)
  })

  it('is well where the last one was delivered, or where none was there before', async () => {
    const { fly, was } = await open()
    expect((await fly()).well).toContain('canary')
    await was(1, 'delivered')
    expect((await fly()).well).toContain('canary')
  })

  // Accepted and no more: receipts do not come back.
  it.each(['accepted', 'waiting', 'rejected', 'blocked', 'dropped'] as const)(
    'fails where the last one is %s after an hour',
    async state => {
      const { fly, was, counted } = await open()
      await was(1, state)
      await expect(fly()).rejects.toThrow(`canary (${state})`)
      expect(counted).toEqual([])
    },
  )

  it('fails where the last one left no trace, though one was there before it', async () => {
    const { fly, was } = await open()
    await was(2, 'delivered')
    await expect(fly()).rejects.toThrow('canary (lost)')
  })

  it('reaches the phone once, by the way of all events, and is well once its receipt is there', async () => {
    const { follower, send, phone, deliveries, now, tick } = await openSend()
    const { openid } = await follower()
    const pushed: object[] = []
    const events = { push: async (messages: readonly unknown[]) => void pushed.push(...(messages as object[])) }
    const ways = { stage, deliveries, events, now }
    const fly = () => flyCanary({ ...ways, event: JSON.stringify({ ...event, to: { openid } }) })
    await fly()
    // It is not sent yet, so nothing is known of it.
    await fly()
    await send(pushed.map(it => arrival(it)))
    expect(phone()).toHaveLength(1)
    const id = canaryId(now())
    tick(hour)
    expect(await fly()).toBe('accepted')
    const { msgid = '' } = (await deliveries.find(id)) ?? {}
    await deliveries.keepReceipt(
      { official: appids.official, msgid },
      { state: 'delivered', at: new Date(now()).toISOString() },
    )
    expect(await fly()).toBeUndefined()
  })

  it('goes out by the account that it names', async () => {
    const byBrand = { from: 'brand', to: event.to, templateId: 'T'.repeat(43), data: event.data }
    const { fly, pushed } = await open({ event: byBrand })
    await fly()
    expect(pushed).toMatchObject([{ ...byBrand, id: 'self-check:2026-11-22T04' }])
  })

  it('fails where the stage has no such account, and pushes none', async () => {
    const { fly, pushed } = await open({ event: { ...event, from: 'shop' } })
    await expect(fly()).rejects.toThrow('from is no Official Account of this stage')
    expect(pushed).toEqual([])
  })

  it('fails for an event that would be rejected, and pushes none', async () => {
    const { fly, pushed } = await open({ event: { ...event, data: {} } })
    await expect(fly()).rejects.toThrow(/data\.\w+ is missing/)
    expect(pushed).toEqual([])
  })
})

describe('its parameters', () => {
  const named = (parameters: object) =>
    problemsOf({ ...parameters }).filter(it => /^(SELF_CHECK|CANARY_EVENT) /.test(it))

  it('are minutes from 5 to 60, and JSON with a recipient', () => {
    for (const selfCheck of ['off', '5', '15', '60'])
      for (const canaryEvent of ['off', JSON.stringify(event)]) expect(named({ selfCheck, canaryEvent })).toEqual([])
  })

  it('are refused else, by name', () => {
    for (const selfCheck of ['', '4', '61', 'rate(1 hour)'])
      expect(named({ selfCheck, canaryEvent: 'off' })).toEqual([expect.stringMatching(/^SELF_CHECK /)])
    for (const canaryEvent of ['', 'on', '{"to":', '{"template":"order-paid"}', '[]'])
      expect(named({ selfCheck: '15', canaryEvent })).toEqual([expect.stringMatching(/^CANARY_EVENT /)])
  })
})
