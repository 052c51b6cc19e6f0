/** Our own client of WeChat and its token source, put together as the functions do it; each stands for one process. */

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import { createWeChat, type WeChatOptions } from '../lib/adapters/wechat/client.ts'
import { createTransport } from '../lib/adapters/wechat/transport.ts'
import { type AppId, isAppId } from '../lib/identifiers.ts'
import type { Gauges, Log, Metrics, Now } from '../lib/ports.ts'
import { createAccessTokenSource } from '../lib/tokens/access-token.ts'
import type { TokenStore } from '../lib/tokens/ports.ts'
import { createBreaker } from '../lib/wechat/breaker.ts'
import { defaultAccounts } from '../local/wechat/defaults.ts'
import { silentLog, silentMetrics } from './silent.ts'

/** The apps that WeChat in a box knows from the beginning. */
export const appids = { official: appid(defaultAccounts.official.appid), mini: appid(defaultAccounts.mini.appid) }

/** What a client may have of its own. */
export type ClientOptions = Partial<Omit<WeChatOptions, 'nowSeconds'>> & {
  readonly name?: keyof typeof appids
  /** WeChat's address, where no `transport` leads there. */
  readonly url?: string
  readonly now?: Now
  readonly log?: Log
  readonly metrics?: Metrics & Gauges
}
export type AppOptions = ClientOptions & {
  readonly tokens: TokenStore
  readonly sleep?: (ms: number) => Promise<void>
  readonly owner?: string
}

/** Opens a client of WeChat. */
export function openClient({ name = 'official', url, now = Date.now, log, metrics, ...more }: ClientOptions) {
  return createWeChat({
    appid: appids[name],
    appsecret: async () => defaultAccounts[name].appsecret,
    transport: more.transport ?? createTransport({ baseUrl: new URL(url ?? '') }),
    mode: 'stable',
    breaker: createBreaker({ now, log: log ?? silentLog, metrics: metrics ?? silentMetrics }),
    watch: () => undefined,
    nowSeconds: () => Math.floor(now() / 1000),
    ...more,
  })
}

/** Opens a client with the source of its tokens. */
export function openApp({ tokens, sleep = delay, owner = randomUUID(), ...client }: AppOptions) {
  const { name = 'official', appid = appids[name], now = Date.now, log = silentLog, metrics = silentMetrics } = client
  const wechat = openClient(client)
  const source = { appid, wechat, tokens, now, sleep, owner, log, metrics }
  return { appid, wechat, accessTokens: createAccessTokenSource(source) }
}

/** Through which all calls pass, whatever fails. */
export const openCircuit: WeChatOptions['breaker'] = { run: (_api, call) => call() }

function appid(text: string): AppId {
  if (!isAppId(text)) throw new Error(`${text} is no appid`)
  return text
}
