/** The doctor's world: WeChat in a box, our API on loopback, and all else in the test's hands to be broken. */

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

import { onTestFinished } from 'vitest'
import { openOwnApi } from '../../lib/adapters/own-api.ts'
import { openSite } from '../../lib/adapters/site.ts'
import { type AccessTokenMode, createWeChat } from '../../lib/adapters/wechat/client.ts'
import { noteCalls } from '../../lib/adapters/wechat/noted-transport.ts'
import { createTransport } from '../../lib/adapters/wechat/transport.ts'
import { answerHandshake } from '../../lib/callback/callback.ts'
import type { DoctorDeps } from '../../lib/doctor/deps.ts'
import { examine } from '../../lib/doctor/doctor.ts'
import { ConfigError } from '../../lib/errors.ts'
import { isAppId } from '../../lib/identifiers.ts'
import { problemOf, requestErrorOf } from '../../lib/problem.ts'
import type { SecretName } from '../../lib/secret-names.ts'
import { readTemplateList } from '../../lib/send/template-list.ts'
import { createAccessTokenSource } from '../../lib/tokens/access-token.ts'
import type { TokenStore } from '../../lib/tokens/ports.ts'
import { defaultAccounts, defaultCallback } from '../../local/wechat/defaults.ts'
import type { WeChatOptions } from '../../local/wechat/server.ts'
import templates from '../../templates.json' with { type: 'json' }
import { memoryTokens } from '../fakes/memory-stores.ts'
import { openWorld } from '../world.ts'

export type Options = {
  readonly box?: WeChatOptions
  readonly mode?: AccessTokenMode
  readonly secrets?: Partial<Record<SecretName, string | undefined>>
  /** Another WeChat than the box. */
  readonly wechatUrl?: string
}

export const secretsInBox = {
  'official-appsecret': defaultAccounts.official.appsecret,
  'mini-appsecret': defaultAccounts.mini.appsecret,
  'callback-token': defaultCallback.token,
  'callback-aes-key': defaultCallback.aesKey,
  'session-keys': '{"keys":[{"kty":"RSA","kid":"a"}]}',
  'session-public-keys': '{"keys":[{"kty":"RSA","kid":"a"}]}',
}

/** Opens a world in which nothing is wrong, but what the options say; three people follow. */
export async function openDoctorWorld({ box, mode = 'stable', secrets: more = {}, wechatUrl }: Options = {}) {
  const world = await openWorld(box)
  const { now, log, metrics, control } = world
  await control('/people', { count: 3, following: true })
  const secrets: Partial<Record<SecretName, string | undefined>> = { ...secretsInBox, ...more }
  const tokens = { official: memoryTokens(), mini: memoryTokens() }

  const openDeps = (): DoctorDeps => {
    const raw = createTransport({ baseUrl: new URL(wechatUrl ?? world.box.url), timeoutMs: 5_000 })
    const { transport, calls, sightings } = noteCalls(raw, now)
    const app = (name: 'official' | 'mini') =>
      openApp(name, { tokens: tokens[name], mode, transport, secret: secrets[`${name}-appsecret`], now, log, metrics })
    return {
      stage: 'prod',
      region: 'cn-north-1',
      official: app('official'),
      mini: app('mini'),
      secrets: { get: async name => secrets[name] },
      templates: () => readTemplateList(templates, 'local'),
      api: openOwnApi(new URL(apiUrl)),
      sites: { upload: openSite(new URL(filesUrl)), files: openSite(new URL(filesUrl)) },
      queues: { size: async () => ({ ready: 0, later: 0, inWork: 0 }) },
      account: { concurrency: async () => 1000 },
      gate: world.gate,
      queueNames: { events: 'q-events', followers: 'q-followers', receipts: 'q-receipts', images: 'q-images' },
      ...{ calls, sightings, now, log },
      // No check is late unless a test says so.
      sleep: () => new Promise(() => {}),
    }
  }
  const apiUrl = await serve(answerCallback(now))
  const filesUrl = await serve((_, response) => response.writeHead(403).end())

  return {
    ...world,
    openDeps,
    examine: async (broken: Partial<DoctorDeps> = {}) => {
      const report = await examine({ ...openDeps(), ...broken })
      return { ...report, find: (name: string) => report.checks.find(it => it.name === name) }
    },
  }
}

/** Serves on loopback until the test ends; answers the URL. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

/** The callback's handshake as functions/callback.ts makes it, with this token and clock. */
export function answerCallback(now: () => number, token: string = defaultCallback.token): RequestListener {
  const keys = { appid: openAppid('official'), token, encryption: 'required' } as const
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    try {
      if (pathname !== '/callback') return response.writeHead(404).end()
      return response.end(answerHandshake(Object.fromEntries(searchParams), keys, now))
    } catch (error) {
      const problem = problemOf(requestErrorOf(error, now()))
      return response.writeHead(problem.status).end(JSON.stringify(problem))
    }
  }
}

type AppOptions = Pick<DoctorDeps, 'now' | 'log'> &
  Pick<Parameters<typeof createWeChat>[0], 'mode' | 'transport'> &
  Pick<Parameters<typeof createAccessTokenSource>[0], 'metrics'> & {
    readonly tokens: TokenStore
    readonly secret: string | undefined
  }

function openApp(name: 'official' | 'mini', options: AppOptions): DoctorDeps['official'] {
  const { tokens, mode, transport, secret, now, log, metrics } = options
  const appid = openAppid(name)
  const wechat = createWeChat({
    appid,
    async appsecret() {
      if (secret === undefined) throw new ConfigError([`${name}-appsecret is not set`])
      return secret
    },
    ...{ transport, mode },
    breaker: { run: (_api, call) => call() },
    watch: () => undefined,
    nowSeconds: () => Math.floor(now() / 1000),
  })
  const sleep = async () => {}
  const source = { appid, wechat, tokens, now, sleep, owner: 'doctor', log, metrics }
  return { appid, wechat, accessTokens: createAccessTokenSource(source), isAskingHarmless: mode === 'stable' }
}

function openAppid(name: 'official' | 'mini') {
  const { appid } = defaultAccounts[name]
  if (!isAppId(appid)) throw new Error(`${appid} is no appid`)
  return appid
}
