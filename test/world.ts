/** A small world for use-case tests: WeChat in a box on loopback, our real client, the stores in memory, one clock. */

import * as v from 'valibot'
import { expect, onTestFinished } from 'vitest'
import { boxApps, openApp } from '../kit/app.ts'
import { callsOf, openControl } from '../kit/control.ts'
import {
  memoryDeliveries,
  memoryErasures,
  memoryGate,
  memoryJournal,
  memoryLinking,
  memoryLinks,
  memoryLogins,
  memorySyncRuns,
  memoryTokens,
} from '../kit/memory-stores.ts'
import type { AccessTokenMode } from '../lib/adapters/wechat/client.ts'
import { createTransport } from '../lib/adapters/wechat/transport.ts'
import { logOf, metricsOf } from '../lib/of-app.ts'
import type { AllMetrics, Log } from '../lib/ports.ts'
import type { TokenStore } from '../lib/tokens/ports.ts'
import { createWatch } from '../lib/wechat/watch.ts'
import { openWeChat, type WeChatOptions } from '../local/wechat/server.ts'
import templates from '../templates.json' with { type: 'json' }
import { leaksIn } from './canary.ts'
import { deedsOfIdle, idleInBox } from './idle-pair.ts'
import { id } from './ids.ts'

const noon = Date.parse('2026-11-22T12:00:00+08:00')
export const orderPaid = templates.local['order-paid']

type Line = { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly event: string; readonly fields: object }

export type Person = ReturnType<typeof personOf>

const personAnswer = v.object({
  id: v.number(),
  openid: v.string(),
  miniOpenid: v.string(),
  unionid: v.optional(v.string()),
})

/** Opens the world; it closes with the test. */
export async function openWorld(options: WeChatOptions = {}) {
  let wall = noon
  const now = () => wall
  const box = await openWeChat({
    now,
    templates: Object.values(templates.local),
    callback: { url: undefined },
    ...options,
    apps: [...(options.apps ?? []), ...idleInBox],
  })
  const leaks: string[] = []
  const control = openControl(box.url)
  onTestFinished(async () => {
    const deeds = await deedsOfIdle({ control, lines, counted })
    await box.close()
    expect([leaks, deeds]).toEqual([[], []])
  })
  const lines: Line[] = []
  const counted: string[] = []
  const gauged: Record<string, number> = {}
  const metrics: AllMetrics = {
    count: (name, dimensions = {}, times = 1) => {
      const told = [name, ...Object.values(dimensions)].join(' ')
      leaks.push(...leaksIn(told))
      counted.push(...Array.from({ length: times }, () => told))
    },
    gauge: (name, value) => {
      gauged[name] = value
    },
  }
  const log = logInto(lines, leaks)
  const watchOf = (name: 'official' | 'mini') => {
    const app = name === 'mini' ? boxApps.minis[0] : boxApps.officials[0]
    const watch = createWatch({ appid: app.appid, now, log: logOf(app, log), metrics: metricsOf(app, metrics) })
    return (error: unknown) => {
      leaks.push(...leaksIn(error))
      watch(error)
    }
  }

  return {
    box,
    control,
    now,
    lines,
    /** The metrics counted so far, each with its dimensions. */
    counted,
    /** The last value of each gauge. */
    gauged,
    metrics,
    log,
    tick: (ms: number) => {
      wall += ms
    },
    /** Waits by moving the clock; the moment is for what goes on over loopback meanwhile. */
    sleep: async (ms: number) => {
      wall += ms
      await moment(ms)
    },
    random: () => 0.5,
    links: memoryLinks(),
    logins: memoryLogins(),
    deliveries: memoryDeliveries(now),
    gate: memoryGate(),
    syncRuns: memorySyncRuns(),
    journal: memoryJournal(),
    linking: memoryLinking(now),
    erasures: memoryErasures(),
    person: async (more: object = {}) => personOf(await control('/people', more)),
    /** Each call stands for one more process. */
    app: (name: 'official' | 'mini', tokens: TokenStore = memoryTokens(), mode: AccessTokenMode = 'stable') => {
      const transport = createTransport({ baseUrl: new URL(box.url), timeoutMs: 30_000 })
      return openApp({ name, transport, tokens, mode, watch: watchOf(name), now, sleep: moment, log, metrics })
    },
    /** How often a path was called, both apps together. */
    calls: (path: string) => callsOf(control, path, ['official', 'mini']),
  }
}

function personOf(input: unknown) {
  const { unionid, ...answer } = v.parse(personAnswer, input)
  return {
    id: answer.id,
    openid: id(answer.openid),
    miniOpenid: id(answer.miniOpenid),
    ...(unionid === undefined ? {} : { unionid: id(unionid) }),
  }
}

function moment(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, Math.min(ms, 5))
  })
}

/** Keeps the lines, and finds at once what must not be in one. */
function logInto(lines: Line[], leaks: string[]): Log {
  const at =
    (level: Line['level']) =>
    (event: string, fields: object = {}) => {
      leaks.push(...leaksIn({ event, fields }))
      lines.push({ level, event, fields })
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
