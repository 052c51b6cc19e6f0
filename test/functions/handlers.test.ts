/** The handlers, one of each kind, by themselves: no stack, no environment, and what they need from fakes. */

import { describe, expect, it } from 'vitest'

import { createHandler as callback } from '../../functions/callback.ts'
import { createHandler as me } from '../../functions/me.ts'
import { createHandler as receipts } from '../../functions/receipts.ts'
import { createHandler as refreshTokens } from '../../functions/refresh-tokens.ts'
import { appids, boxApps } from '../../kit/app.ts'
import { memoryDeliveries, memoryLinks } from '../../kit/memory-stores.ts'
import { silentLog as log, silentMetrics as metrics } from '../../kit/silent.ts'
import type { App } from '../../lib/apps.ts'
import type { DeliveryStore } from '../../lib/send/ports.ts'
import { id } from '../ids.ts'
import { keySet, sessionsWith } from '../session.ts'
import { writtenLines } from '../written-lines.ts'
import { batchOf, context, requestOf } from './context.ts'

const now = () => Date.parse('2026-11-29T00:00:00Z')
const seconds = now() / 1000

describe('a handler with fakes', () => {
  it('of an HTTP route answers whoever shows a session token, and nobody else', async () => {
    const keys = keySet('one')
    const [sessions, links] = [sessionsWith(async () => keys, now), memoryLinks()]
    const login = { mini: appids.mini, miniOpenid: id('oMini'), unionid: id('uOne') }
    await links.writeLogin(login, now())
    await links
      .of(appids.official)
      .writeFollower(
        { openid: id('oOne'), unionid: id('uOne'), following: true, followedAt: seconds, at: seconds },
        undefined,
      )
    const handler = me(async () => ({ sessions, links, minis: boxApps.minis }))
    const headers = { authorization: `Bearer ${await sessions.sign(login, seconds)}` }
    const [known, stranger] = [await handler(requestOf({ headers }), context), await handler(requestOf({}), context)]
    expect([known.statusCode, JSON.parse(known.body ?? '')]).toEqual([
      200,
      { reach: 'reachable', followedAt: '2026-11-29T00:00:00.000Z' },
    ])
    expect([stranger.statusCode, JSON.parse(stranger.body ?? '').code]).toEqual([401, 'session-missing'])
  })

  it('of a queue hands back what it cannot read and what it cannot write, by their ids', async () => {
    const stored = memoryDeliveries(now)
    const deliveries: Pick<DeliveryStore, 'keepReceipt' | 'eventOf'> = {
      ...stored,
      async keepReceipt(of, receipt) {
        if (of.msgid === '13') throw new Error('DynamoDB is away')
        await stored.keepReceipt(of, receipt)
      },
    }
    const handler = receipts(async () => ({ deliveries, log }))
    const receipt = { official: appids.official, status: 'success', at: seconds }
    const batch = batchOf({ good: { msgid: '12', ...receipt }, bad: { msgid: '13', ...receipt }, odd: { msgid: 'x' } })
    expect(await handler(batch, context)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'bad' }, { itemIdentifier: 'odd' }],
    })
  })

  it('of a callback says in the log of which app it refuses one, and repeats no name that no app has', async () => {
    const lines = writtenLines()
    const keys = async (app: App) => ({ app, token: 'token', encryption: 'optional' as const })
    const push = async () => undefined
    const forwarding = (): never => {
      throw new Error('a refused callback is passed on to nobody')
    }
    const queues = { followers: { push }, takeReceipt: push }
    const handler = callback(async () => ({
      apps: boxApps,
      keys,
      ...queues,
      replies: new Map(),
      forwarding,
      log,
      metrics,
    }))
    for (const app of ['mini', 'nobody']) await handler({ ...requestOf({}), pathParameters: { app } }, context)
    const refused = lines().filter(it => it.message === 'http.refused')
    expect(refused.map(it => [it.code, it.app])).toEqual([
      ['callback-unsigned', 'mini'],
      ['app-invalid', undefined],
    ])
  })

  it('of a schedule does what is due, and looks failed where it failed', async () => {
    const [app] = boxApps.officials
    const refresh = (keepFresh: () => Promise<boolean>) =>
      refreshTokens(async () => ({ apps: [{ app, accessTokens: { keepFresh }, log }] }))({}, context)
    expect(await refresh(async () => true)).toEqual({ renewed: ['official'] })
    const failing = refresh(async () => Promise.reject(new Error('WeChat is away')))
    await expect(failing).rejects.toThrow('could not be renewed')
  })
})
