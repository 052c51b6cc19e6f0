/** `./queqiao sync`: its options, what it prints, and how it follows a sync run. */

import { describe, expect, it } from 'vitest'

import { AskError } from '../../local/stage/explain-failure.ts'
import type { Plan, Report, SyncFunction } from '../../local/stage/sync-report.ts'
import { runSync } from '../../tools/sync/command.ts'
import { renderPlan } from '../../tools/sync/lines.ts'
import { type Options, parseOptions } from '../../tools/sync/options.ts'
import { type Progress, renderFacts, shareOf } from '../../tools/sync/progress.ts'
import { openSession, placeAt } from './session.ts'

const localOptions: Options = { stage: 'local', spread: false, everyone: false, dryRun: false }

const aPlan = (more: Partial<Plan> = {}): Plan => ({
  followers: 25_000,
  userGet: { needed: 3, remain: 497, limit: 500 },
  batchget: { needed: 250, remain: 999_999, limit: 1_000_000 },
  fitsToday: true,
  days: 1,
  ...more,
})
const tooLarge = aPlan({ userGet: { needed: 3, remain: 1, limit: 500 }, fitsToday: false, days: 2 })

const idle: Report = { state: 'idle', pages: 0, followers: 0, total: 0, added: 0, toLink: 0 }
const page = (pages: number, more: Partial<Report> = {}): Report => ({
  ...{ ...idle, state: 'under-way', pages, followers: pages * 10_000, total: 25_000, beganAt: 5000 },
  ...more,
})
const complete = page(3, { state: 'complete', followers: 25_000, added: 1234 })
const yesterday = page(2, { state: 'complete', followers: 20_000, total: 20_000, beganAt: 1000 })

describe('parseOptions', () => {
  it('syncs on the local stack when nothing is said', () => {
    expect(parseOptions([], {})).toEqual(localOptions)
  })

  it('looks for a stage where serverless.yml deploys it', () => {
    const regionOf = (args: string[], env = {}) => parseOptions(['--stage', 'prod', ...args], env)
    expect(regionOf([])).toMatchObject({ stage: 'prod', region: 'ap-southeast-1' })
    expect(regionOf([], { AWS_REGION: 'eu-west-1' })).toMatchObject({ region: 'eu-west-1' })
    expect(regionOf(['--region', 'cn-north-1'], { AWS_REGION: 'eu-west-1' })).toMatchObject({ region: 'cn-north-1' })
  })

  it('takes the wishes', () => {
    const all = { spread: true, everyone: true, dryRun: true }
    expect(parseOptions(['--spread', '--everyone', '--dry-run'], {})).toMatchObject(all)
  })
})

describe('renderPlan', () => {
  const command = { spread: false, spreadCommand: './queqiao sync --spread' }

  it('tells each call beside what is left of it', () => {
    const text = renderPlan(aPlan(), command)
    expect(text).toContain('followers           25,000\n')
    expect(text).toContain('user/get            3 calls; 497 of 500 are left today')
    expect(text).toContain('user/info/batchget  250 calls; 999,999 of 1,000,000 are left today')
    expect(text).toContain('✓ fits into today’s quota')
  })

  it('names the way out when today’s quota is too small', () => {
    expect(renderPlan(tooLarge, command)).toContain('✗ does not fit into today’s quota: it takes 2 days')
    expect(renderPlan(tooLarge, command)).toContain('./queqiao sync --spread')
    expect(renderPlan(tooLarge, { ...command, spread: true })).toContain('✓ spreads over 2 days')
  })

  it('says so where WeChat tells no quota', () => {
    const unknown = aPlan({ userGet: { needed: 1 }, batchget: { needed: 0 } })
    expect(renderPlan(unknown, command)).toContain('1 call; WeChat does not say how many are left today')
  })
})

describe('the progress line', () => {
  const base = { pages: 0, followers: 0, at: 0 }
  const progress = (more: Partial<Progress>): Progress => ({
    seen: undefined,
    plan: aPlan(),
    standsMs: 0,
    now: 4000,
    ...more,
  })

  it('waits for the first page', () => {
    expect(renderFacts(progress({ standsMs: 2400 }))).toBe('waiting for the first page · 3 s')
  })

  it('tells pages, followers, the rate, the time left and the calls spent', () => {
    const one = progress({ seen: { run: page(1), base } })
    expect(renderFacts(one)).toBe('40 % · page 1/3 · 10,000/25,000 · 2,500/s · 6 s to go · 1/497 calls')
    expect(shareOf(one)).toBe(0.4)
  })

  it('counts rate and calls of a sync run that was under way from where it was met', () => {
    const met = { pages: 1, followers: 10_000, at: 2000 }
    expect(renderFacts(progress({ seen: { run: page(2), base: met } }))).toContain('5,000/s · 1 s to go · 1/497')
    expect(renderFacts(progress({ seen: { run: page(1), base: met } }))).not.toContain('/s ')
  })

  it('says how long a sync run stands still', () => {
    expect(renderFacts(progress({ seen: { run: page(1), base }, standsMs: 75_000 }))).toContain(
      'no page for 1 min 15 s',
    )
  })

  it('ends at 100 % where the list shrank, or is empty', () => {
    const shrunk = page(3, { followers: 26_000 })
    expect(renderFacts(progress({ seen: { run: shrunk, base } }))).toMatch(/^100 % · page 3\/3/)
    const empty = progress({ seen: { run: page(1, { followers: 0, total: 0 }), base }, plan: aPlan({ followers: 0 }) })
    expect(renderFacts(empty)).toMatch(/^0 % · page 1\/1 · 0\/0/)
  })

  it('goes on with the links once the list is read', () => {
    const linking = { toLink: 20_000, at: 2000 }
    const listed = (toLink: number) => progress({ seen: { run: { ...complete, toLink }, base, linking } })
    expect(renderFacts(listed(15_000))).toBe('list read · linked 5,000/20,000 · 2,500/s · 6 s to go')
    expect(shareOf(listed(15_000))).toBe(0.25)
    expect(renderFacts(listed(21_000))).toBe('list read · linked 0/21,000')
  })
})

type Script = { options?: Partial<Options>; plan?: Plan; breakAt?: number; leaveAt?: number }

/** Plays the command against a function that reports `statuses`, the last one for ever. */
async function play(statuses: readonly Report[], { options = {}, plan = aPlan(), breakAt, leaveAt }: Script = {}) {
  const orders: object[] = []
  let asked = 0
  const { session, clock, pause, data, text } = openSession(100_000, () => asked === leaveAt)
  const sync: SyncFunction = {
    async ask({ action }) {
      pause()
      if (action === 'plan') return { ...idle, plan }
      if (asked === breakAt) throw new AskError('WeChat refused user/get: 50002')
      asked += 1
      return statuses[Math.min(asked, statuses.length) - 1] ?? idle
    },
    begin: async order => void orders.push(order),
  }
  const place = placeAt('http://127.0.0.1:3002')
  const code = await runSync({ ...localOptions, ...options }, { ...session, sync, place })
  return { code, orders, data, text: text(), seconds: (clock.now - 100_000) / 1000 }
}

const says = (text: string) => expect.stringContaining(text)
const sync = (spread = false, everyone = false) => ({ action: 'sync', spread, everyone })
const day = Date.UTC(1970, 0, 1, 16)

describe('./queqiao sync', () => {
  it('begins a sync run and follows it to its end', async () => {
    const { code, orders, text } = await play([idle, idle, page(1), page(2), { ...complete, removed: 12 }])

    expect([code, orders]).toEqual([0, [sync()]])
    expect(text).toContain('waiting for the first page')
    expect(text).toContain('page 2/3')
    expect(text).toContain(
      '✓ complete · 同步完成: 3 pages, 25,000 followers, 1,234 added, 12 removed, 3 calls of user/get, ',
    )
    expect(text).toMatch(/about 13 of user\/info\/batchget to look up who was added; 4 s$/)
  })

  it('shows how far the links are once the list is read, and is complete when they are', async () => {
    const linking = (toLink: number) => ({ ...complete, toLink })
    const { code, text } = await play([idle, page(2), linking(25_000), linking(10_000), linking(0)])

    expect(code).toBe(0)
    expect(text.split('\n').slice(-3)).toEqual([
      'list read · linked 0/25,000',
      'list read · linked 15,000/25,000 · 15,000/s · 1 s to go',
      expect.stringMatching(/^✓ complete .*; 4 s$/),
    ])
  })

  it('tells programs the plan, and how it ended', async () => {
    const listed = await play([idle, page(2), complete])
    expect(listed.data).toEqual([{ plan: aPlan(), ending: { kind: 'complete', run: complete, elapsedMs: 2000 } }])
    const planned = await play([yesterday], { options: { dryRun: true } })
    expect(planned.data).toEqual([{ status: yesterday, plan: aPlan() }])
  })

  it('says so when nobody is linked any more, names the log, and does not sync on', async () => {
    const { code, text, seconds, orders } = await play([idle, { ...complete, toLink: 1_200 }])

    expect([code, seconds, orders.length]).toEqual([1, 301, 1])
    expect(text).toContain('list read · linked 0/1,200 · nobody linked for 15 s')
    expect(text.split('\n').at(-1)).toBe(
      '✗ the list is read, but 1,200 followers wait to be linked, and none was for 5 min 0 s: what waits for quota goes on ' +
        'by itself; of all else tells the log of link-followers: in the terminal of npm start · 未完成关联',
    )
  })

  // The sync run before is complete, and stays so until ours has its first page.
  it('does not take the sync run before for ours', async () => {
    const { code, text } = await play([yesterday, yesterday, yesterday, page(1), complete])

    expect([code, text.includes('20,000')]).toEqual([0, false])
    expect(text).toContain('✓ complete · 同步完成: 3 pages')
  })

  it('passes the wishes on', async () => {
    const options = { spread: true, everyone: true }
    expect(await play([idle, complete], { options })).toMatchObject({ orders: [sync(true, true)] })
  })

  it('begins nothing for which today’s quota is too small, unless it may spread', async () => {
    expect(await play([idle, complete], { plan: tooLarge })).toMatchObject({ code: 1, orders: [] })
    const spread = { plan: tooLarge, options: { spread: true } }
    expect(await play([idle, complete], spread)).toMatchObject({ code: 0 })
  })

  it('begins nothing on a dry run', async () => {
    const options = { dryRun: true }
    expect(await play([idle], { options })).toMatchObject({ code: 0, orders: [] })
    expect(await play([idle], { options, plan: tooLarge })).toMatchObject({ code: 1, orders: [] })
  })

  it('follows a sync run that is under way and begins no other, even if that one is too large for today', async () => {
    const followed = await play([page(1), page(2), complete], { plan: tooLarge })
    expect(followed).toMatchObject({ code: 0, orders: [{ action: 'tick' }] })
    expect(followed.text).toContain('under way since 1970-01-01 08:00 in China')
  })

  it('does not take a sync run under way for one that looks everybody up', async () => {
    const refused = await play([page(1)], { options: { everyone: true } })
    expect(refused).toMatchObject({ code: 1, orders: [], text: says('./queqiao sync --everyone') })
  })

  it('helps a sync run on whose run has ended', async () => {
    const helped = await play([idle, ...Array(20).fill(page(1)), page(2), complete])
    expect(helped).toMatchObject({ code: 0, orders: [sync(), { action: 'tick' }], text: says('no page for 15 s') })
  })

  it('says when a sync run that was refused may begin', async () => {
    const refused = { ...yesterday, state: 'waiting', pausedUntil: day } as const
    const { code, text } = await play([yesterday, refused], { options: { spread: true } })
    expect(code).toBe(1)
    expect(text).toMatch(/✗ not begun, .* 1970-01-02 00:00 in China, .*; then: \.\/queqiao sync --spread$/)
  })

  it('says so when WeChat no longer took the cursor', async () => {
    const lost = await play([yesterday, page(1), yesterday])
    expect(lost).toMatchObject({ code: 1, text: says('no longer took the sync run’s cursor') })
  })

  it('gives up on a sync run that never begins, or stands still, and names the log', async () => {
    const why = '✗ the sync run has not begun for 2 min 0 s; why, tells the function’s log'
    expect(await play([yesterday])).toMatchObject({ code: 1, seconds: 120, text: says(why) })
    const still = { code: 1, seconds: 301, text: says('✗ the sync run stands still for 5 min 0 s') }
    expect(await play([idle, page(1)])).toMatchObject(still)
  })

  it('leaves the sync run alone when nobody watches any more', async () => {
    const left = await play([idle, page(1)], { leaveAt: 2 })
    expect(left).toMatchObject({ code: 130, orders: [sync()] })
    expect(left.text).toContain('Stopped watching; the sync run goes on. To follow it again: ./queqiao sync')
    const early = await play([idle], { leaveAt: 1 })
    expect(early).toMatchObject({ code: 130, orders: [], text: says('nothing was begun') })
  })

  it('says until when a sync run waits for quota, and that it goes on by itself', async () => {
    const { code, text } = await play([idle, page(1), page(1, { state: 'waiting', pausedUntil: day })])

    expect(code).toBe(1)
    expect(text).toContain('1 page done, 10,000 of 25,000 followers; goes on by itself after 1970-01-02 00:00 in China')
    expect(text).toMatch(/in 15 h 58 min; to watch it then: \.\/queqiao sync$/)
  })

  it('waits for a quota of the minute', async () => {
    const waiting = page(1, { state: 'waiting', pausedUntil: 130_000 })
    expect(await play([idle, page(1), waiting, waiting, page(2), complete])).toMatchObject({ code: 0 })
  })

  it('goes on with a sync run that waited for quota before', async () => {
    const pausedUntil = 50_000_000
    const waiting = page(1, { state: 'waiting', pausedUntil })
    const goesOn = await play([waiting, waiting, page(2, { state: 'waiting', pausedUntil }), complete])
    expect(goesOn).toMatchObject({ code: 0, orders: [sync()] })
    expect(await play([waiting])).toMatchObject({ code: 1, text: says('1970-01-01 21:53 in China') })
  })

  it('explains a failure in one line, and how to go on', async () => {
    const { code, text } = await play([idle, page(1)], { breakAt: 2, options: { spread: true } })
    const line = '✗ WeChat refused user/get: 50002; to go on with the sync run: ./queqiao sync'
    expect([code, text.split('\n').at(-1)]).toEqual([1, line])
  })
})
