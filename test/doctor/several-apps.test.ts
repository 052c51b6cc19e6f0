/** The doctor of a stage with two pairs: each finding names its app, and the trouble of one is no other's. */

import { describe, expect, it } from 'vitest'

import { openOwnApi } from '../../lib/adapters/own-api.ts'
import type { MiniProgram } from '../../lib/apps.ts'
import type { DoctorDeps } from '../../lib/doctor/deps.ts'
import { type DoctorReport, parseDoctorOrder } from '../../lib/doctor/doctor.ts'
import { readTemplateLists } from '../../lib/send/template-list.ts'
import { leaksIn } from '../canary.ts'
import { secretsOfSecondPair, twoPairs } from '../second-pair.ts'
import { orderPaid } from '../world.ts'
import { answerCallback, openDoctorWorldOfTwo, serve } from './doctor-world.ts'

const named = (checks: DoctorReport['checks']) =>
  checks.map(({ name, app }) => (app === undefined ? name : `${name} ${app}`))
const wrongIn = ({ checks }: DoctorReport) => named(checks.filter(it => it.status === 'wrong'))

describe('the doctor of two pairs', () => {
  it('looks at each app, for seven calls per Official Account and one per mini program, and one for each first token', async () => {
    const world = await openDoctorWorldOfTwo()

    const report = await world.examine()

    expect(named(report.checks)).toEqual([
      'secrets',
      ...['official-credentials official', 'official-credentials brand'],
      ...['mini-credentials mini', 'mini-credentials shop'],
      ...['allow-list official', 'allow-list brand', 'allow-list mini', 'allow-list shop'],
      ...['certification official', 'certification brand'],
      ...['open-platform mini', 'open-platform shop'],
      ...['templates official', 'templates brand'],
      ...['mini-program-link mini', 'mini-program-link shop'],
      ...['callback official', 'callback brand', 'callback mini', 'callback shop'],
      ...['quotas official', 'quotas brand'],
      ...['queues', 'concurrency', 'certificate', 'images', 'clock'],
    ])
    expect([report.isWell, report.calls, (await world.examine()).calls]).toEqual([true, 2 * 9, 2 * 8])
    expect(report.find('secrets')).toMatchObject({ status: 'ok', words: '14 of 14 are set' })
    const urls = ['official', 'brand', 'mini', 'shop'].map(it => report.find('callback', it)?.words)
    expect(urls.map(it => /(\/callback\S*) answers/.exec(it ?? '')?.[1])).toEqual([
      '/callback',
      '/callback/brand',
      '/callback/mini',
      '/callback/shop',
    ])
    expect(leaksIn(report, Object.values(secretsOfSecondPair))).toEqual([])
  })

  it('tells of one app’s trouble as of no other’s', async () => {
    const world = await openDoctorWorldOfTwo({ secrets: { 'brand-appsecret': 'f'.repeat(32) } })
    await world.second.control('/allow-list', { app: 'mini', addresses: ['203.0.113.9'] })

    const report = await world.examine()

    expect(wrongIn(report)).toEqual(['official-credentials brand', 'allow-list shop'])
    const ofOthers = report.checks.filter(it => it.app === 'official' || it.app === 'mini')
    expect(new Set(ofOthers.filter(it => it.name !== 'mini-program-link').map(it => it.status))).toEqual(
      new Set(['ok']),
    )
    expect(report.find('certification', 'brand')).toMatchObject({ status: 'not-checked' })
    const [line] = world.lines.filter(it => it.event === 'doctor.examined')
    expect(line?.fields).toMatchObject({ bad: ['official-credentials of brand', 'allow-list of shop'] })
  })

  it('goes by the templates and the quota of each account', async () => {
    const world = await openDoctorWorldOfTwo()
    const quota = { app: 'official', path: '/cgi-bin/message/template/send', day: 500, used: 500 }
    await world.second.control('/quota', quota)
    const lists = { local: { 'order-paid': orderPaid, official: { brand: { 'brand-paid': orderPaid } } } }
    const templates = () => readTemplateLists(lists, 'local', twoPairs.officials)

    const report = await world.examine({ templates })

    expect(wrongIn(report)).toEqual(['templates brand', 'quotas brand'])
    expect(report.find('templates', 'brand')?.words).toMatch(/^brand-paid: the account has no template/)
    expect(report.find('quotas', 'official')).toMatchObject({ status: 'ok' })
  })

  it('reads the gate of each account', async () => {
    const world = await openDoctorWorldOfTwo()
    const until = world.now() + 3_600_000
    await world.gates.get('brand')?.close({ until, errcode: 45009, at: world.now() })
    expect(wrongIn(await world.examine())).toEqual(['quotas brand'])
  })

  it('tries each callback with its own Token', async () => {
    const world = await openDoctorWorldOfTwo()
    const url = await serve(answerCallback(world.now, { 'shop-callback-token': 'anotherToken' }))

    const report = await world.examine({ api: openOwnApi(new URL(url)) })

    expect(wrongIn(report)).toEqual(['callback shop'])
    expect(report.find('callback', 'shop')?.words).toBe(`${url}/callback/shop uses another shop-callback-token`)
  })

  it('looks for unionids among the followers of the account that a mini program’s users follow', async () => {
    const world = await openDoctorWorldOfTwo()
    await world.second.control('/people/change', { first: 0, count: 3, following: false })
    await world.second.control('/people', { count: 2, following: true, unionid: false })
    expect(wrongIn(await world.examine())).toEqual(['open-platform shop'])
  })

  it('looks for them also among the followers of an account that no mini program’s users are to follow', async () => {
    const world = await openDoctorWorldOfTwo()
    const { officials, minis } = world.openDeps()
    const [official] = twoPairs.officials
    const bothFollow = minis.map(it => ({ ...it, app: { ...it.app, follows: official } satisfies MiniProgram }))
    const report = await world.examine({ officials, minis: bothFollow })
    const findings = report.checks.filter(it => it.name === 'open-platform')
    expect(findings.map(it => it.app)).toEqual(['mini', 'shop', 'brand'])
  })

  it('tells of events that are put off where WeChat refuses any of the accounts', async () => {
    const queues = { size: async (name: string) => ({ ready: 0, later: name === 'q-events' ? 4 : 0, inWork: 0 }) }
    const world = await openDoctorWorldOfTwo()
    expect(await world.examine({ queues })).toMatchObject({ isWell: true })
    const path = '/cgi-bin/template/get_all_private_template'
    await world.second.control('/faults', { path, kind: 'errcode', errcode: 48001, times: 100 })
    expect(wrongIn(await world.examine({ queues }))).toEqual(['certification brand', 'queues'])
  })

  it('tells of events that wait for the quota of any of the accounts', async () => {
    const size = async (name: string) => ({ ready: name === 'q-events-brand-parked' ? 5 : 0, later: 0, inWork: 0 })
    const world = await openDoctorWorldOfTwo()
    const report = await world.examine({ queues: { size } })
    expect(report.find('queues')?.words).toBe('5 in q-events-brand-parked: on quota hold')
  })

  it('says which secret of which app is missing, and of which the callbacks come in plain text', async () => {
    const missing = await openDoctorWorldOfTwo({ secrets: { 'shop-callback-token': undefined } })
    expect((await missing.examine()).find('secrets')?.words).toBe('shop-callback-token is not set')
    const plain = await openDoctorWorldOfTwo({
      secrets: { 'brand-callback-aes-key': undefined, 'shop-callback-aes-key': undefined },
    })
    const { words = '', hint = '' } = (await plain.examine()).find('secrets') ?? {}
    expect(words).toMatch(/^brand-callback-aes-key, shop-callback-aes-key are not set: callbacks come in plain text/)
    expect(hint).toMatch(/服务号.* as brand-callback-aes-key; .*小程序.* as shop-callback-aes-key$/)
  })
})

describe('an order for one app', () => {
  it.each([
    ['shop', [...['secrets', 'mini-credentials', 'allow-list', 'open-platform', 'mini-program-link', 'callback']]],
    [
      'brand',
      [
        ...['secrets', 'official-credentials', 'allow-list', 'certification', 'open-platform'],
        ...['templates', 'callback', 'quotas'],
      ],
    ],
  ])('makes the checks of %s alone', async (app, names) => {
    const world = await openDoctorWorldOfTwo({ secrets: { 'mini-callback-token': undefined } })
    await world.control('/allow-list', { app: 'official', addresses: ['203.0.113.9'] })

    const report = await world.examine({}, app)

    // Whether it is bound is told of the mini program whose users follow it.
    expect(named(report.checks)).toEqual(names.map(it => `${it} ${it === 'open-platform' ? 'shop' : app}`))
    expect([report.isWell, report.find('secrets', app)?.words]).toEqual([true, '3 of 3 are set'])
    expect(await world.calls('/cgi-bin/stable_token')).toBe(0)
  })

  it('is refused for an app that the stage has not, before anything is asked', async () => {
    const world = await openDoctorWorldOfTwo()
    await expect(world.examine({}, 'wx00000000000000bb')).rejects.toMatchObject({
      name: 'ConfigError',
      problems: ['wx00000000000000bb is no app of this stage: official, brand, mini, shop'],
    })
    expect(await world.calls('/cgi-bin/stable_token')).toBe(0)
  })

  it('is read off the input of the function', () => {
    for (const input of [undefined, {}, { time: '2026-11-22T04:00:00Z' }]) expect(parseDoctorOrder(input)).toEqual({})
    expect(parseDoctorOrder({ app: 'shop' })).toEqual({ app: 'shop' })
    for (const input of [{ app: 7 }, { app: 'x'.repeat(33) }, 'shop']) expect(() => parseDoctorOrder(input)).toThrow()
  })
})

describe('the doctor of one pair', () => {
  it('names no app, as long as there is but one of each kind', async () => {
    const world = await openDoctorWorldOfTwo()
    const { officials, minis } = world.openDeps()
    const onePair: Partial<DoctorDeps> = { officials: officials.slice(0, 1), minis: minis.slice(0, 1) }
    const report = await world.examine(onePair)
    expect(report.checks.filter(it => it.app !== undefined)).toEqual([])
    expect(new Set(named(report.checks)).size).toBe(report.checks.length)
  })
})
