/** Our own client of WeChat and its token source, put together as the functions do it; each stands for one process. */

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import { createWeChat, type WeChatOptions } from '../lib/adapters/wechat/client.ts'
import { createTransport } from '../lib/adapters/wechat/transport.ts'
import { readApps } from '../lib/app-list.ts'
import type { App } from '../lib/apps.ts'
import { isAppId, type MiniAppId, type OfficialAppId } from '../lib/identifiers.ts'
import { logOf, metricsOf } from '../lib/of-app.ts'
import type { AllMetrics, Log, Now } from '../lib/ports.ts'
import { createAccessTokenSource } from '../lib/tokens/access-token.ts'
import type { TokenStore } from '../lib/tokens/ports.ts'
import { createBreaker } from '../lib/wechat/breaker.ts'
import { defaultAccounts } from '../local/wechat/defaults.ts'
import { silentLog, silentMetrics } from './silent.ts'

/** The apps that WeChat in a box knows from the beginning. */
export const boxApps = appsOfBox()
const byName = { official: boxApps.officials[0], mini: boxApps.minis[0] }
export const appids = { official: byName.official.appid, mini: byName.mini.appid }

/** What a client may have of its own. */
export type ClientOptions = Partial<Omit<WeChatOptions, 'nowSeconds'>> & {
  readonly name?: keyof typeof byName
  /** Another app than these. */
  readonly app?: App
  /** WeChat's address, where no `transport` leads there. */
  readonly url?: string
  readonly now?: Now
  readonly log?: Log
  readonly metrics?: AllMetrics
}
export type AppOptions = ClientOptions & {
  readonly tokens: TokenStore
  readonly sleep?: (ms: number) => Promise<void>
  /** The time (ms) that its invocation has left; infinite if absent. */
  readonly remainingMs?: () => number
  readonly owner?: string
}

/** Opens a client of WeChat. */
export function openClient({ url, now = Date.now, ...client }: ClientOptions) {
  const { name = 'official', app = byName[name], ...more } = client
  return createWeChat({
    appid: app.appid,
    appsecret: async () => defaultAccounts[name].appsecret,
    transport: more.transport ?? createTransport({ baseUrl: new URL(url ?? '') }),
    mode: 'stable',
    breaker: createBreaker({ now, ...opsOf(client) }),
    watch: () => undefined,
    nowSeconds: () => Math.floor(now() / 1000),
    ...more,
  })
}

/** Opens a client with the source of its tokens. */
export function openApp({ tokens, sleep = delay, remainingMs, owner = randomUUID(), ...client }: AppOptions) {
  const { name = 'official', app = byName[name], appid = app.appid, now = Date.now } = client
  const wechat = openClient(client)
  const ops = opsOf(client)
  const source = { appid, wechat, tokens, now, sleep, owner, ...ops, ...(remainingMs && { remainingMs }) }
  return { app, appid, wechat, accessTokens: createAccessTokenSource(source), ...ops }
}

/** What is said and counted of the app that a client stands for. */
function opsOf({ name = 'official', app = byName[name], log = silentLog, metrics = silentMetrics }: ClientOptions) {
  return { log: logOf(app, log), metrics: metricsOf(app, metrics) }
}

/** Through which all calls pass, whatever fails. */
export const openCircuit: WeChatOptions['breaker'] = { run: (_api, call) => call() }

function appsOfBox() {
  return readApps({}, 'local', () => {
    return { official: appid(defaultAccounts.official.appid), mini: appid(defaultAccounts.mini.appid) }
  })
}

function appid(text: string): OfficialAppId & MiniAppId {
  if (!isAppId(text)) throw new Error(`${text} is no appid`)
  return text
}
