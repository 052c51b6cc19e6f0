/** WeChat's APIs as the Official Account and as the mini program, and the source of each app's access token. */

import { randomUUID } from 'node:crypto'
import { remainingMs } from '../adapters/deadline.ts'
import { createWeChat } from '../adapters/wechat/client.ts'
import { createTransport, type Transport } from '../adapters/wechat/transport.ts'
import { config } from '../config.ts'
import type { AppId } from '../identifiers.ts'
import type { WeChat } from '../ports.ts'
import type { SecretName } from '../secret-names.ts'
import { type AccessTokenSource, createAccessTokenSource } from '../tokens/access-token.ts'
import { createBreaker } from '../wechat/breaker.ts'
import { createWatch } from '../wechat/watch.ts'
import { log, now, sleep } from './context.ts'
import { metrics } from './metrics.ts'
import { neededSecret, secrets } from './secrets.ts'
import { tokenStore } from './stores.ts'

let opened: Transport | undefined

export type App = { readonly appid: AppId; readonly wechat: WeChat }

export function officialAccount(): App {
  const { WECHAT_OFFICIAL_APPID } = config('WECHAT_OFFICIAL_APPID')
  return appOf(WECHAT_OFFICIAL_APPID, 'official-appsecret')
}

export function miniProgram(): App {
  const { WECHAT_MINI_APPID } = config('WECHAT_MINI_APPID')
  return appOf(WECHAT_MINI_APPID, 'mini-appsecret')
}

export function accessTokens({ appid, wechat }: App): AccessTokenSource {
  return createAccessTokenSource({ appid, wechat, tokens: tokenStore(), now, sleep, owner: randomUUID(), log, metrics })
}

function appOf(appid: AppId, secret: SecretName): App {
  const { WECHAT_API_URL, ACCESS_TOKEN_MODE } = config('WECHAT_API_URL', 'ACCESS_TOKEN_MODE')
  secrets(secret)
  opened ??= createTransport({ baseUrl: WECHAT_API_URL, remainingMs: () => remainingMs(now()) })
  const wechat = createWeChat({
    appid,
    appsecret: refused => neededSecret(secret, refused),
    transport: opened,
    mode: ACCESS_TOKEN_MODE,
    breaker: createBreaker({ now, log, metrics }),
    watch: createWatch({ appid, now, log, metrics }),
    nowSeconds: () => Math.floor(now() / 1000),
  })
  return { appid, wechat }
}
