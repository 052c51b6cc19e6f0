/** WeChat's APIs as each app of the stage, and the source of each app's access token. */

import { randomUUID } from 'node:crypto'
import { createWeChat } from '../adapters/wechat/client.ts'
import { createTransport } from '../adapters/wechat/transport.ts'
import type { App, MiniProgram, OfficialAccount } from '../apps.ts'
import { config } from '../config.ts'
import { logOf, metricsOf } from '../of-app.ts'
import type { AppLog, AppMetrics, WeChat } from '../ports.ts'
import { type AppSecretName, secretOf } from '../secret-names.ts'
import { type AccessTokenSource, createAccessTokenSource } from '../tokens/access-token.ts'
import { createBreaker } from '../wechat/breaker.ts'
import { createWatch } from '../wechat/watch.ts'
import { apps } from './apps.ts'
import { leftOfInvocation, log, now, sleep } from './context.ts'
import { metrics } from './metrics.ts'
import { neededSecret, secrets } from './secrets.ts'
import { tokenStore } from './stores.ts'

/** An app as a login needs it, which takes no access token; nothing of it is shared with another's. */
type Caller<A extends App> = {
  readonly app: A
  readonly wechat: WeChat
  /** For what is said and counted of this app alone. */
  readonly log: AppLog
  readonly metrics: AppMetrics
}

/** An app as all other work needs it. */
export type OpenApp<A extends App> = Caller<A> & { readonly accessTokens: AccessTokenSource }

/** All Official Accounts of the stage, the default one first. */
export function officialAccounts(): readonly OpenApp<OfficialAccount>[] {
  return apps().officials.map(app => openApp(app, secretOf(app, 'appsecret')))
}

/** All mini programs of the stage, the default one first. */
export function miniPrograms(): readonly OpenApp<MiniProgram>[] {
  return apps().minis.map(app => openApp(app, secretOf(app, 'appsecret')))
}

/** All mini programs of the stage for people to log in to, the default one first. */
export function loginApps(): readonly Caller<MiniProgram>[] {
  return apps().minis.map(app => openCaller(app, secretOf(app, 'appsecret')))
}

function openApp<A extends App>(app: A, appsecret: AppSecretName<'appsecret'>): OpenApp<A> {
  const caller = openCaller(app, appsecret)
  const { wechat, log, metrics } = caller
  const container = { now, sleep, remainingMs: leftOfInvocation, owner: randomUUID() }
  const source = { appid: app.appid, wechat, tokens: tokenStore(), ...container, log, metrics }
  return { ...caller, accessTokens: createAccessTokenSource(source) }
}

/** Opens an app: with sockets, a breaker and a watch of its own, so that its trouble is no other's. */
function openCaller<A extends App>(app: A, appsecret: AppSecretName<'appsecret'>): Caller<A> {
  const { appid } = app
  const { WECHAT_API_URL, ACCESS_TOKEN_MODE } = config('WECHAT_API_URL', 'ACCESS_TOKEN_MODE')
  secrets(appsecret)
  const ops = { log: logOf(app, log), metrics: metricsOf(app, metrics) }
  const wechat = createWeChat({
    appid,
    appsecret: refused => neededSecret(appsecret, refused),
    transport: createTransport({ baseUrl: WECHAT_API_URL, remainingMs: leftOfInvocation }),
    mode: ACCESS_TOKEN_MODE,
    breaker: createBreaker({ now, ...ops }),
    watch: createWatch({ appid, now, ...ops }),
    nowSeconds: () => Math.floor(now() / 1000),
  })
  return { app, wechat, ...ops }
}
