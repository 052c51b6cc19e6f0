/** What ops are told of one app names it, in whichever words it is told. */

import { describe, expect, it } from 'vitest'

import { boxApps } from '../kit/app.ts'
import { createLog } from '../lib/adapters/logger.ts'
import { createMetrics } from '../lib/adapters/metrics.ts'
import { logOf, logOfAppid, metricsOf } from '../lib/of-app.ts'
import { createBatchLog } from '../lib/send/batch-log.ts'
import { miniAppid } from './ids.ts'
import { writtenLines } from './written-lines.ts'
import { inOneInvocation, metricsIn, writtenMetrics } from './written-metrics.ts'

const [shop, brand] = [{ name: 'shop' }, { name: 'brand' }]

describe('the log of an app', () => {
  it('names it in each line, and leaves the lines of others alone', () => {
    const lines = writtenLines()
    const log = createLog()
    const ofShop = logOf(shop, log)
    ofShop.info('test.one')
    ofShop.warn('test.two', { seconds: 2 })
    log.info('test.all')
    logOf(brand, log).error('test.three', { error: new Error('no') })
    expect(lines().map(it => [it.message, it.app])).toEqual([
      ['test.one', 'shop'],
      ['test.two', 'shop'],
      ['test.all', undefined],
      ['test.three', 'brand'],
    ])
    expect(lines()[1]).toMatchObject({ level: 'WARN', seconds: 2 })
  })

  it('is told of apart within a batch, each app with what it has in common', () => {
    const lines = writtenLines()
    const batch = createBatchLog(createLog())
    for (const id of ['a', 'b', 'c']) logOf(shop, batch).warn('test.alike', { id, errcode: 45009 })
    for (const id of ['d', 'e']) logOf(brand, batch).warn('test.alike', { id, errcode: 45009 })
    batch.flush()
    expect(lines().map(({ app, id, ids, more }) => ({ app, id, ids, more }))).toEqual([
      { app: 'shop', id: 'a' },
      { app: 'brand', id: 'd' },
      { app: 'shop', ids: ['b', 'c'], more: 2 },
      { app: 'brand', ids: ['e'], more: 1 },
    ])
  })

  it('is found by the appid, which stands for the name of an app that is in the list no more', () => {
    const [mini] = boxApps.minis
    const log = createLog()
    expect(logOfAppid(mini.appid, boxApps, log).app).toBe('mini')
    expect(logOfAppid(miniAppid, boxApps, log).app).toBe(miniAppid)
  })
})

describe('the metrics of an app', () => {
  it('are a line of their own, with the app beside the other dimensions', async () => {
    const written = writtenMetrics()
    const metrics = createMetrics()
    await inOneInvocation(async () => {
      for (const it of [shop, brand, shop]) metricsOf(it, metrics).count('BreakerOpened')
      metricsOf(shop, metrics).count('MessageOutcome', { outcome: 'accepted', templateId: 't' }, 3)
      metricsOf(brand, metrics).gauge('QuotaLeftPercent', 40)
      metrics.count('SelfCheckPassed')
    })
    const service = 'queqiao-prod'
    const told = written().flatMap(metricsIn)
    expect(told.map(({ metric, dimensions, values }) => [metric, dimensions, values])).toEqual([
      ['BreakerOpened', { service, app: 'shop' }, [1, 1]],
      ['BreakerOpened', { service, app: 'brand' }, [1]],
      ['QuotaLeftPercent', { service, app: 'brand' }, [40]],
      ['MessageOutcome', { service, app: 'shop', outcome: 'accepted', templateId: 't' }, [3]],
      ['SelfCheckPassed', { service }, [1]],
    ])
  })
})
