/** A second pair of apps in a box of its own, under the clock of a world: another Official Account, and another mini program. */

import { onTestFinished } from 'vitest'

import { boxApps, openApp } from '../kit/app.ts'
import { callsOf, openControl } from '../kit/control.ts'
import { memoryTokens } from '../kit/memory-stores.ts'
import { createTransport } from '../lib/adapters/wechat/transport.ts'
import type { Apps, MiniProgram, OfficialAccount } from '../lib/apps.ts'
import { openWeChat, type WeChatOptions } from '../local/wechat/server.ts'
import { miniAppid, officialAppid } from './ids.ts'
import type { openWorld } from './world.ts'

const accounts = {
  official: { appid: officialAppid, appsecret: 'b'.repeat(32), originalId: 'gh_bbbbbbbbbbbb' },
  mini: { appid: miniAppid, appsecret: 'c'.repeat(32), originalId: 'gh_cccccccccccc' },
}
const brand: OfficialAccount = { kind: 'official', name: 'brand', appid: officialAppid }
const shop: MiniProgram = { kind: 'mini', name: 'shop', appid: miniAppid, follows: brand }

/** What is secret of them. */
export const secretsOfSecondPair = { brand: accounts.official.appsecret, shop: accounts.mini.appsecret }

/** Both pairs, as apps.json would name them. */
export const twoPairs = {
  officials: [boxApps.officials[0], brand],
  minis: [boxApps.minis[0], shop],
} as const satisfies Apps

type World = Awaited<ReturnType<typeof openWorld>>

/** Opens the box of the second pair; it closes with the test. */
export async function openSecondPair({ now, log, metrics }: World, options: WeChatOptions = {}) {
  const box = await openWeChat({ now, accounts, callback: { url: undefined }, ...options })
  onTestFinished(box.close)
  const control = openControl(box.url)
  const transport = createTransport({ baseUrl: new URL(box.url), timeoutMs: 30_000 })
  const sleep = async () => {}
  const open = <A extends OfficialAccount | MiniProgram>(app: A, appsecret: string) => {
    const parts = { app, tokens: memoryTokens(), appsecret: async () => appsecret }
    return { ...openApp({ ...parts, transport, now, sleep, log, metrics }), app }
  }
  return {
    box,
    control,
    brand: open(brand, accounts.official.appsecret),
    shop: open(shop, accounts.mini.appsecret),
    /** How often a path was called, both apps together. */
    calls: (path: string) => callsOf(control, path, ['official', 'mini']),
  }
}
