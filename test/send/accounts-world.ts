/** The sender of a stage with several Official Accounts and mini programs, against one box that plays them all. */

import * as v from 'valibot'

import { boxApps, openApp } from '../../kit/app.ts'
import { memoryGate, memoryLinking, memoryTokens } from '../../kit/memory-stores.ts'
import { createTransport } from '../../lib/adapters/wechat/transport.ts'
import type { MiniProgram, OfficialAccount } from '../../lib/apps.ts'
import type { Account } from '../../lib/send/deps.ts'
import { sendBatch } from '../../lib/send/send.ts'
import type { Received } from '../../lib/send/stages.ts'
import { appid, id } from '../ids.ts'
import { orderPaid } from '../world.ts'
import { openSend, stageOf } from './send-world.ts'

const forever = { until: Number.POSITIVE_INFINITY }
const answer = v.object({
  id: v.number(),
  unionid: v.string(),
  apps: v.record(v.string(), v.object({ openid: v.optional(v.string()), following: v.optional(v.boolean()) })),
})

/** Each account has a template of its own. */
const templateOf = (name: string) => ({
  ...orderPaid,
  templateId: name.padEnd(orderPaid.templateId.length, '0'),
})

/** Opens it with these accounts beside `official`, and the mini program `shop` beside `mini`. */
export async function openAccounts(...names: readonly string[]) {
  const further = names.map(name => ({ name, kind: 'official' as const, templates: [templateOf(name)] }))
  const world = await openSend({ apps: [...further, { name: 'shop', kind: 'mini' }] })
  const { box, control, deps, links, now, log, metrics } = world
  const identityOf = (name: string) => {
    const found = box.apps().find(it => it.name === name)
    if (found === undefined) throw new Error(`the box has no ${name}`)
    return found
  }
  const open = (name: string): Account => {
    const { appid: text, appsecret } = identityOf(name)
    const app: OfficialAccount = { kind: 'official', name, appid: appid(text) }
    const transport = createTransport({ baseUrl: new URL(box.url), timeoutMs: 6_000 })
    const own = { app, tokens: memoryTokens(), appsecret: async () => appsecret, sleep: async () => {} }
    return {
      ...openApp({ ...own, transport, now, log, metrics }),
      ...{
        app,
        templates: { 'order-paid': templateOf(name) },
        gate: memoryGate(app.appid),
        linking: memoryLinking(now),
      },
      ...{ trouble: new Set<string>(), minute: { minute: 0, accepted: 0 } },
    }
  }
  const others = names.map(open)
  const openMini = (app: MiniProgram) => {
    const { appsecret } = identityOf(app.name)
    const transport = createTransport({ baseUrl: new URL(box.url) })
    const own = { app, tokens: memoryTokens(), appsecret: async () => appsecret }
    return { app, wechat: openApp({ ...own, transport, now, log, metrics }).wechat }
  }
  const [first] = boxApps.officials
  const shop: MiniProgram = { kind: 'mini', name: 'shop', appid: appid(identityOf('shop').appid), follows: first }
  const stage = () => stageOf({ ...deps, minis: [...boxApps.minis, shop] }, ...others)

  /** A person who follows these accounts, and uses both mini programs. */
  const person = async (...following: readonly string[]) => {
    const { id: number, unionid, apps } = v.parse(answer, await control('/people', { following }))
    const ids = (name: string) => id(apps[name]?.openid ?? '')
    const at = Math.floor(now() / 1000)
    for (const { app } of [{ app: first }, ...others].filter(it => following.includes(it.app.name))) {
      const row = { openid: ids(app.name), unionid: id(unionid), following: true, followedAt: at, at }
      await world.links.of(app.appid).writeFollower(row, undefined)
    }
    for (const { name, appid: mini } of [...boxApps.minis, shop]) {
      await links.writeLogin({ mini, miniOpenid: ids(name), unionid: id(unionid) }, now())
    }
    return { number, unionid: id(unionid), ids }
  }
  return {
    ...world,
    others,
    shop,
    /** The mini programs, as logins need them. */
    programs: [...boxApps.minis, shop].map(openMini),
    stage,
    person,
    sendAll: (arrivals: readonly Received[], more: Partial<ReturnType<typeof stage>> = {}) =>
      sendBatch(arrivals, { ...stage(), ...more }, forever),
    /** By the box's own truth: which account each message came from, by event. */
    arrivals: () => Object.fromEntries(box.messages().map(it => [it.clientMsgId, it.app])),
  }
}
