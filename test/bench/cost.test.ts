/** What messages cost: from what was counted to what stands in the documents. */

import { describe, expect, it } from 'vitest'

import { billedMs, queueRequestsOf } from '../../bench/cost/assumptions.ts'
import { priceRows } from '../../bench/cost/rows.ts'
import { type Counted, none, perMillionOf } from '../../bench/cost/usage.ts'
import { parseCostRun } from '../../tools/costs/figures.ts'
import { fixedParts, millionParts, monthOf, sumOf } from '../../tools/costs/month.ts'
import { millionName, monthName } from '../../tools/costs/names.ts'
import { parsePrices, readPrices } from '../../tools/costs/prices.ts'

/** Each price is another power of ten, so that a sum says what is in it. */
const order = ['httpMillion', 'callMillion', 'gbSecondMillion', 'writeMillion', 'readMillion', 'queueMillion']
const priced = { of: (name: string) => (order.includes(name) ? 10 ** order.indexOf(name) : 0) }
const unwatched = { alarms: 0, dashboards: 0, metrics: 0, ticks: 0, polls: 0, looks: 0 }

const sending: Counted = {
  ...{ role: 'send', messages: 100, logBytes: 4_974, answerBytes: 0 },
  invoked: [{ ms: 300, cpuMs: 0 }],
  aws: { requests: { BatchWriteItem: 4, SendMessage: 2 }, writeUnits: 102, readUnits: 200, keptBytes: 30_000 },
  wechat: { calls: 100, bytesIn: 50_000, bytesOut: 20_000 },
}

describe('what a million messages take', () => {
  it('is what some hundred took, each by itself', () => {
    const usage = perMillionOf('ours', [sending])
    expect(usage).toMatchObject({ httpRequests: 0, calls: 0.01, writes: 1.02, reads: 2, logGb: 0.05, keptGb: 0.3 })
    // 0.3 s of half a GB, for a hundred.
    expect(usage.gbSeconds).toBeCloseTo(0.0015)
    // Pushed one by one, received and deleted in tens, and the two that the function sent.
    expect(usage.queueRequests).toBeCloseTo(1 + 0.2 + 0.02)
    expect(usage.natGb).toBeCloseTo((70_000 + 100 * 270) / 100 / 1000)
  })

  it('adds up the functions on the way, and takes what Lambda and the HTTP API log', () => {
    const pushed: Counted = { ...sending, role: 'callback', logBytes: 0, invoked: Array(100).fill({ ms: 1, cpuMs: 0 }) }
    const [ours, naive] = [perMillionOf('ours', [sending, pushed]), perMillionOf('naive', [pushed])]
    expect([ours.httpRequests, ours.calls]).toEqual([1, 1.01])
    // 300 bytes of a request, or 330 of an invocation, and 26 that CloudWatch counts beside each.
    expect(ours.logGb).toBeCloseTo(0.05 + 0.326)
    expect(naive.logGb).toBeCloseTo(0.356)
  })

  it('bills waiting as it is, and work by the share of a core that the memory brings', () => {
    expect(billedMs({ ms: 100, cpuMs: 0 })).toBe(100)
    expect(billedMs({ ms: 100, cpuMs: 10 })).toBeCloseTo(90 + (10 * 1769) / 512)
  })

  it('takes three requests of SQS for a message that comes alone', () => {
    expect(queueRequestsOf(1)).toEqual({ pushed: 1, taken: 2 })
    expect(queueRequestsOf(100)).toEqual({ pushed: 1, taken: 0.2 })
  })
})

describe('what it costs', () => {
  it('is each count times its price', () => {
    const usage = { ...none, httpRequests: 1, calls: 2, gbSeconds: 3, writes: 4, reads: 5, queueRequests: 6 }
    expect(sumOf(millionParts(usage, priced))).toBe(654_321)
  })

  it('is 30 days of messages, what is fixed, and the rows of 15 days', () => {
    const of = (name: string) => ({ httpMillion: 2, tableGbMonth: 1, recoveryGbMonth: 0.5, natHour: 0.1 })[name] ?? 0
    const month = {
      ...{ messagesADay: 1_000_000, usage: { ...none, httpRequests: 1, keptGb: 1 } },
      ...{ watched: unwatched, decrypts: 0, hasRecovery: true },
    }
    expect(monthOf(month, { of })).toMatchObject({ fixed: 72, messages: 60, storage: 22.5, together: 154.5 })
    expect(monthOf({ ...month, hasRecovery: false }, { of }).storage).toBe(15)
  })

  it('has alarms, dashboards and metrics in what is fixed', () => {
    const of = (name: string) => ({ alarmMonth: 0.1, dashboardMonth: 3, metricMonth: 0.3 })[name] ?? 0
    const parts = fixedParts({ ...unwatched, alarms: 50, dashboards: 1, metrics: 20 }, { of })
    expect(parts).toMatchObject({ alarms: 5, dashboards: 3, metrics: 6 })
  })
})

describe('the prices', () => {
  const price = { price: 1, read: 'memory', source: 'https://aws.amazon.com/' }
  const list = (prices: object) => ({
    ...{ asOf: '2026-11-29', how: '', units: { one: 'a unit' } },
    regions: { here: { currency: 'US$', prices } },
  })

  it('are of three regions, each with all that are counted with', async () => {
    const { regions } = await readPrices()
    expect(regions.map(it => [it.region, it.currency])).toEqual([
      ['ap-southeast-1', 'US$'],
      ['us-east-1', 'US$'],
      ['cn-north-1', 'CNY'],
    ])
    const usage = { ...none, httpRequests: 1, calls: 1, gbSeconds: 1, writes: 1, reads: 1, queueRequests: 1, logGb: 1 }
    for (const it of regions) expect(sumOf(millionParts(usage, it))).toBeGreaterThan(0)
  })

  it('say of each whether it was read on its page, in a copy, or is from memory', () => {
    expect(parsePrices(list({ one: price })).regions[0]?.read).toEqual({ source: 0, copy: 0, memory: 1 })
    expect(() => parsePrices(list({ one: { ...price, read: 'copy' } }))).toThrow('names its page')
    expect(() => parsePrices(list({}))).toThrow('no one of here')
  })
})

describe('the rows of costs', () => {
  it('are found again by the documents under their names', async () => {
    const { regions } = await readPrices()
    const usage = { ...none, httpRequests: 1 }
    const rows = regions.flatMap(it => priceRows({ naive: usage, typical: usage, ours: usage, unasked: usage }, 50, it))
    const run = parseCostRun({ date: '2026-11-30T00:00:00.000Z', commit: '0123456789', rows })
    expect(run.of(millionName('us-east-1'))).toEqual({ ours: 1, naive: 1, typical: 1 })
    expect(run.of(monthName('cn-north-1', 10_000)).ours).toBeGreaterThan(run.of(monthName('cn-north-1', 10_000)).naive)
    expect(() => run.of('no such row')).toThrow('npm run bench -- --part cost --write')
  })
})
