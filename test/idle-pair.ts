/**
 * With `TEST_PAIRS=2` each world has a second Official Account and a second mini program that no test uses: whatever is done
 * in their name was taken from the wrong app, and fails the test.
 */

import { boxApps, openApp } from '../kit/app.ts'
import { type Control, callsBy } from '../kit/control.ts'
import {
  memoryErasures,
  memoryGate,
  memoryJournal,
  memoryLinking,
  memorySyncRuns,
  memoryTokens,
} from '../kit/memory-stores.ts'
import { createTransport } from '../lib/adapters/wechat/transport.ts'
import type { Apps, MiniProgram, OfficialAccount } from '../lib/apps.ts'
import type { AllMetrics, Log, Now } from '../lib/ports.ts'
import type { WeChatOptions } from '../local/wechat/server.ts'
import { otherMiniAppid, otherOfficialAppid } from './ids.ts'

/** What a world has of these (test/world.ts). */
type World = {
  readonly box: { readonly url: string }
  readonly control: Control
  readonly now: Now
  readonly log: Log
  readonly metrics: AllMetrics
  readonly lines: readonly { readonly level: string; readonly event: string; readonly fields: object }[]
  readonly counted: readonly string[]
}

const isOn = process.env.TEST_PAIRS === '2'
const appsecret = 'd'.repeat(32)
const official: OfficialAccount = { kind: 'official', name: 'idle', appid: otherOfficialAppid }
const mini: MiniProgram = { kind: 'mini', name: 'idle-mini', appid: otherMiniAppid, follows: official }
const names = isOn ? [official.name, mini.name] : []

/** The idle pair, as a box takes further apps. */
export const idleInBox: NonNullable<WeChatOptions['apps']> = (isOn ? [official, mini] : []).map(it => {
  return { name: it.name, kind: it.kind, appid: it.appid, appsecret }
})

/** The apps of a stage over the box: its own pair, and the idle one. */
export const stageApps: Apps = isOn
  ? { officials: [...boxApps.officials, official], minis: [...boxApps.minis, mini] }
  : boxApps

/** The idle Official Account as the rooms of sending and of followers have one; none without the switch. */
export function openIdleAccounts({ box, now, log, metrics }: Pick<World, 'box' | 'now' | 'log' | 'metrics'>) {
  if (!isOn) return []
  const transport = createTransport({ baseUrl: new URL(box.url), timeoutMs: 2_000 })
  const parts = { app: official, tokens: memoryTokens(), appsecret: async () => appsecret, transport }
  const { appid } = official
  const stores = { syncRuns: memorySyncRuns(appid), journal: memoryJournal(appid), erasures: memoryErasures(appid) }
  const sender = { templates: {}, trouble: new Set<string>(), minute: { minute: 0, accepted: 0 } }
  const gate = memoryGate(appid)
  return [
    {
      ...openApp({ ...parts, now, log, metrics }),
      app: official,
      gate,
      linking: memoryLinking(now, appid),
      ...stores,
      ...sender,
    },
  ]
}

/** The idle mini program as logins have one. */
export function openIdleMinis({ box, now, log, metrics }: Pick<World, 'box' | 'now' | 'log' | 'metrics'>) {
  if (!isOn) return []
  const transport = createTransport({ baseUrl: new URL(box.url), timeoutMs: 2_000 })
  const parts = { app: mini, tokens: memoryTokens(), appsecret: async () => appsecret, transport }
  return [{ app: mini, wechat: openApp({ ...parts, now, log, metrics }).wechat }]
}

const isOfIdle = (fields: object) => 'app' in fields && names.includes(`${fields.app}`)

/** What was done in the name of the idle pair: the paths that were called, and what was said and counted of it. */
export async function deedsOfIdle({ control, lines, counted }: Pick<World, 'control' | 'lines' | 'counted'>) {
  if (!isOn) return []
  return [
    ...Object.keys(await callsBy(control, names)),
    // A run over all accounts says of each that it had nothing to do.
    ...lines.filter(it => it.level !== 'info' && isOfIdle(it.fields)).map(it => it.event),
    ...counted.filter(it => names.some(name => it.endsWith(` ${name}`))),
  ]
}
