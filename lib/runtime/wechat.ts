/** WeChat as each app of the stage calls it, and the source of each one's access token. */

import { randomUUID } from 'node:crypto'
import { remainingMs } from '../adapters/deadline.ts'
import { createWeChat } from '../adapters/wechat/client.ts'
import { createTransport } from '../adapters/wechat/transport.ts'
import type { App, MiniProgram, OfficialAccount } from '../apps.ts'
import { config } from '../config.ts'
import type { WeChat } from '../ports.ts'
import { type AppSecretName, secretOf } from '../secret-names.ts'
import { type AccessTokenSource, createAccessTokenSource } from '../tokens/access-token.ts'
import { createBreaker } from '../wechat/breaker.ts'
import { createWatch } from '../wechat/watch.ts'
import { apps } from './apps.ts'
import { log, now, sleep } from './context.ts'
import { metrics } from './metrics.ts'
import { neededSecret, secrets } from './secrets.ts'
import { tokenStore } from './stores.ts'

/** An app as its work needs it; nothing of it is shared with another's. */
export type OpenApp<A extends App> = {
  readonly app: A
  readonly wechat: WeChat
  readonly accessTokens: AccessTokenSource
}

/** All Official Accounts of the stage, the default one first. */
export function officialAccounts(): readonly OpenApp<OfficialAccount>[] {
  return apps().officials.map(app => openApp(app, secretOf(app, 'appsecret')))
}

/** All mini programs of the stage, the default one first. */
export function miniPrograms(): readonly OpenApp<MiniProgram>[] {
  return apps().minis.map(app => openApp(app, secretOf(app, 'appsecret')))
}

/** Opens an app: with sockets, a breaker and a watch of its own, so that its trouble is no other's. */
function openApp<A extends App>(app: A, appsecret: AppSecretName<'appsecret'>): OpenApp<A> {
  const { appid } = app
  const { WECHAT_API_URL, ACCESS_TOKEN_MODE } = config('WECHAT_API_URL', 'ACCESS_TOKEN_MODE')
  secrets(appsecret)
  const wechat = createWeChat({
    appid,
    appsecret: refused => neededSecret(appsecret, refused),
    transport: createTransport({ baseUrl: WECHAT_API_URL, remainingMs: () => remainingMs(now()) }),
    mode: ACCESS_TOKEN_MODE,
    breaker: createBreaker({ now, log, metrics }),
    watch: createWatch({ appid, now, log, metrics }),
    nowSeconds: () => Math.floor(now() / 1000),
  })
  const tokens = tokenStore()
  const accessTokens = createAccessTokenSource({ appid, wechat, tokens, now, sleep, owner: randomUUID(), log, metrics })
  return { app, wechat, accessTokens }
}
