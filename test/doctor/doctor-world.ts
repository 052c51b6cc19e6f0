/** The doctor's world: WeChat in a box, our API on loopback, and all else in the test's hands to be broken. */

import { createServer, type RequestListener } from 'node:http'
import { appids, openApp, openCircuit } from '../../kit/app.ts'
import { memoryTokens } from '../../kit/memory-stores.ts'
import { openOwnApi } from '../../lib/adapters/own-api.ts'
import { openSite } from '../../lib/adapters/site.ts'
import type { AccessTokenMode } from '../../lib/adapters/wechat/client.ts'
import { recordCalls } from '../../lib/adapters/wechat/noted-transport.ts'
import { createTransport } from '../../lib/adapters/wechat/transport.ts'
import { answerHandshake } from '../../lib/callback/callback.ts'
import type { DoctorDeps } from '../../lib/doctor/deps.ts'
import { examine } from '../../lib/doctor/doctor.ts'
import { ConfigError } from '../../lib/errors.ts'
import { problemOf, requestErrorOf } from '../../lib/problem.ts'
import type { SecretName } from '../../lib/secret-names.ts'
import { readTemplateList } from '../../lib/send/template-list.ts'
import { defaultAccounts, defaultCallback } from '../../local/wechat/defaults.ts'
import type { WeChatOptions } from '../../local/wechat/server.ts'
import templates from '../../templates.json' with { type: 'json' }
import { listen } from '../listen.ts'
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

  /** What is wrong is seen at each call, and of a secret that is not there nothing is told but that. */
  const unguarded = (name: 'official' | 'mini') => ({
    breaker: openCircuit,
    sleep: async () => {},
    async appsecret() {
      const secret = secrets[`${name}-appsecret`]
      if (secret === undefined) throw new ConfigError([`${name}-appsecret is not set`])
      return secret
    },
  })
  const openDeps = (): DoctorDeps => {
    const raw = createTransport({ baseUrl: new URL(wechatUrl ?? world.box.url), timeoutMs: 5_000 })
    const { transport, calls, sightings } = recordCalls(raw, now)
    const app = (name: 'official' | 'mini') => ({
      ...openApp({ ...{ name, mode, transport, now, log, metrics }, tokens: tokens[name], ...unguarded(name) }),
      isAskingHarmless: mode === 'stable',
    })
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
export function serve(listener: RequestListener): Promise<string> {
  return listen(createServer(listener))
}

/** The callback's handshake as functions/callback.ts makes it, with this token and clock. */
export function answerCallback(now: () => number, token: string = defaultCallback.token): RequestListener {
  const keys = { appid: appids.official, token, encryption: 'required' } as const
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
