/** What the trouble of one account takes from another: nothing, by the instants at which each of its calls begins and each mark is written. */

import { afterAll, describe, expect, it } from 'vitest'

import { boxApps, openApp } from '../../kit/app.ts'
import {
  memoryAttempts,
  memoryDeliveries,
  memoryGate,
  memoryLinking,
  memoryLinks,
  memoryTokens,
} from '../../kit/memory-stores.ts'
import { silentLog, silentMetrics } from '../../kit/silent.ts'
import type { Transport } from '../../lib/adapters/wechat/transport.ts'
import type { OfficialAccount } from '../../lib/apps.ts'
import { TransportError } from '../../lib/errors.ts'
import { metricsOf } from '../../lib/of-app.ts'
import type { Account, StageDeps } from '../../lib/send/deps.ts'
import { sendBatch } from '../../lib/send/send.ts'
import { id, officialAppid } from '../ids.ts'
import { orderPaid } from '../world.ts'
import { arrival, event, pushedAt } from './send-world.ts'
import { openVirtualTime } from './virtual-time.ts'

const answerMs = 80
const giveUpMs = 10_000
const perAccount = 60
const batches = 4
const [well] = boxApps.officials
const troubled: OfficialAccount = { kind: 'official', name: 'troubled', appid: officialAppid }
const person = { unionid: id('unionid-of-all') }

/** What the troubled account's WeChat does with a message: an errcode, or nothing. */
type Trouble = number | 'hang'

const told: string[] = []
afterAll(() => {
  process.stdout.write(`\n${told.join('\n')}\n`)
})

/** Plays batches with, or without, messages of the troubled account; answers the instants of the other's, in ms since the batch began. */
async function instantsBeside(trouble: Trouble | undefined) {
  const time = openVirtualTime(pushedAt)
  const { now, sleep } = time
  let begunAt = now()
  const instants: Record<'called' | 'written' | 'published', number[]> = { called: [], written: [], published: [] }
  const note = (what: keyof typeof instants, times = 1) => {
    instants[what].push(...Array.from({ length: times }, () => now() - begunAt))
  }
  const transportOf =
    (app: OfficialAccount): Transport =>
    async ({ api, path }) => {
      if (path.endsWith('token')) return json({ access_token: `token of ${app.name}`, expires_in: 7_200 })
      if (app === troubled) return answerTrouble(trouble ?? 0, api, sleep)
      note('called')
      await sleep(answerMs)
      return json({ errcode: 0, errmsg: 'ok', msgid: instants.called.length })
    }
  const open = (app: OfficialAccount): Account => ({
    ...openApp({
      app,
      tokens: memoryTokens(),
      transport: transportOf(app),
      now,
      sleep,
      appsecret: async () => 'a'.repeat(32),
    }),
    ...{
      app,
      templates: { 'order-paid': orderPaid },
      gate: memoryGate(app.appid),
      linking: memoryLinking(now, app.appid),
    },
    ...{ trouble: new Set<string>(), minute: { minute: 0, accepted: 0 }, metrics: metricsOf(app, silentMetrics) },
  })
  const isOfWell = ({ official }: { readonly official?: string }) => official === well.appid
  const [links, deliveries] = [memoryLinks(), memoryDeliveries(now)]
  for (const { appid } of [well, troubled]) {
    const at = Math.floor(now() / 1000)
    await links
      .of(appid)
      .writeFollower({ openid: id(`openid-${appid}`), ...person, following: true, followedAt: at, at }, undefined)
  }
  const stage: StageDeps = {
    ...{ accounts: [well, troubled].map(open), minis: boxApps.minis, links, attempts: memoryAttempts(now) },
    deliveries: {
      ...deliveries,
      async accept(list) {
        note('written', list.filter(isOfWell).length)
        return deliveries.accept(list)
      },
    },
    results: { publish: async list => note('published', list.filter(isOfWell).length) },
    backlog: { isEmpty: async () => true },
    followers: { push: async () => undefined },
    events: {
      deadLetter: async () => undefined,
      requeue: async () => new Set(),
      holdForQuota: async () => new Set(),
      retryIn: async () => undefined,
    },
    ...{ now, random: () => 0.5, log: silentLog, metrics: silentMetrics },
  }
  for (let batch = 0; batch < batches; batch++) {
    begunAt = now()
    const of = ({ name }: OfficialAccount) =>
      Array.from({ length: perAccount }, (_, index) =>
        arrival(event(`${name}-${batch}-${index}`, person, { from: name }), { since: now() }),
      )
    const own = of(well)
    const beside = trouble === undefined ? [] : of(troubled)
    await time.during(sendBatch(interleaved(beside, own), stage, { until: Number.POSITIVE_INFINITY }))
  }
  return instants
}

async function answerTrouble(trouble: Trouble, api: string, sleep: (ms: number) => Promise<void>) {
  await sleep(trouble === 'hang' ? giveUpMs : answerMs)
  if (trouble === 'hang') throw new TransportError(api, 'timeout', `no answer within ${giveUpMs} ms`)
  return json({ errcode: trouble, errmsg: 'refused rid: 1' })
}

const json = (body: object) => ({ status: 200, body: Buffer.from(JSON.stringify(body)) })
const interleaved = <T>(one: readonly T[], other: readonly T[]) =>
  other.flatMap((it, index) => [one[index] ?? [], it].flat() as T[])
const p99 = (list: readonly number[]) =>
  list.toSorted((one, other) => one - other)[Math.ceil(list.length * 0.99) - 1] ?? 0

describe('an account in trouble', () => {
  it.each<[string, Trouble]>([
    ['a day quota that is used up', 45009],
    ['a ban', 48001],
    ['an address that is not allowed', 40164],
    ['no answer at all', 'hang'],
  ])('holds up no message of another, nor what is written and published of it: %s', async (what, trouble) => {
    const alone = await instantsBeside(undefined)
    const beside = await instantsBeside(trouble)
    told.push(
      `${what}: p99 of the other account ${p99(beside.published)} ms, alone ${p99(alone.published)} ms, of virtual time`,
    )
    expect([beside.called, beside.written]).toEqual([alone.called, alone.written])
    // What the other account's end finds to be published goes along with it, and so perhaps earlier.
    expect(beside.published.filter((at, index) => at > (alone.published[index] ?? 0))).toEqual([])
    expect([alone, beside].map(it => it.published.length)).toEqual([batches * perAccount, batches * perAccount])
    expect(p99(alone.published)).toBe(2 * answerMs)
  })
})
