/** The doctor's world: WeChat in a box, our API on loopback, and all else in the test's hands to be broken. */

import { createServer, type RequestListener } from 'node:http'
import { boxApps, openApp, openCircuit } from '../../kit/app.ts'
import { memoryGate, memoryTokens } from '../../kit/memory-stores.ts'
import { openOwnApi } from '../../lib/adapters/own-api.ts'
import { openSite } from '../../lib/adapters/site.ts'
import type { AccessTokenMode } from '../../lib/adapters/wechat/client.ts'
import { recordCalls } from '../../lib/adapters/wechat/noted-transport.ts'
import { createTransport } from '../../lib/adapters/wechat/transport.ts'
import { type App, findApp } from '../../lib/apps.ts'
import { answerHandshake } from '../../lib/callback/authenticate.ts'
import type { DoctorDeps } from '../../lib/doctor/deps.ts'
import { type CheckFinding, examine } from '../../lib/doctor/doctor.ts'
import { ConfigError } from '../../lib/errors.ts'
import { problemOf, requestErrorOf } from '../../lib/problem.ts'
import { type SecretName, secretNamesOf, secretOf } from '../../lib/secret-names.ts'
import { readTemplateLists } from '../../lib/send/template-list.ts'
import { defaultAccounts, defaultCallback } from '../../local/wechat/defaults.ts'
import type { WeChatOptions } from '../../local/wechat/server.ts'
import templates from '../../templates.json' with { type: 'json' }
import { listen } from '../listen.ts'
import { openSecondPair, secretsOfSecondPair, twoPairs } from '../second-pair.ts'
import { openWorld } from '../world.ts'

type Secrets = Partial<Record<SecretName, string | undefined>>
export type Options = {
  readonly box?: WeChatOptions
  readonly mode?: AccessTokenMode
  readonly secrets?: Secrets
  /** Another WeChat than the box. */
  readonly wechatUrl?: string
}

const ofCallback = (name: string, token: string) => ({
  [`${name}-callback-token`]: token,
  [`${name}-callback-aes-key`]: defaultCallback.aesKey,
})

export const secretsInBox: Secrets = {
  'official-appsecret': defaultAccounts.official.appsecret,
  'mini-appsecret': defaultAccounts.mini.appsecret,
  ...ofCallback('official', defaultCallback.token),
  ...ofCallback('mini', 'TokenOfMini'),
  'session-keys': '{"keys":[{"kty":"RSA","kid":"a"}]}',
  'session-public-keys': '{"keys":[{"kty":"RSA","kid":"a"}]}',
}

const secretsBeside: Secrets = {
  'brand-appsecret': secretsOfSecondPair.brand,
  'shop-appsecret': secretsOfSecondPair.shop,
  ...ofCallback('brand', 'TokenOfBrand'),
  ...ofCallback('shop', 'TokenOfShop'),
}

/** Opens a world in which nothing is wrong, but what the options say; three people follow. */
export async function openDoctorWorld(options: Options = {}) {
  const world = await openWorld(options.box)
  await world.control('/people', { count: 3, following: true })
  return { ...world, ...(await openDoctor(world, options)) }
}

/** The same with a second pair, `brand` and `shop`, in a box of its own. */
export async function openDoctorWorldOfTwo(options: Options = {}) {
  const world = await openWorld(options.box)
  const second = await openSecondPair(world)
  for (const { control } of [world, second]) await control('/people', { count: 3, following: true })
  return { ...world, second, ...(await openDoctor(world, options, second)) }
}

type World = Awaited<ReturnType<typeof openWorld>>
type Second = Awaited<ReturnType<typeof openSecondPair>>

async function openDoctor(world: World, { mode = 'stable', secrets: more = {}, wechatUrl }: Options, second?: Second) {
  const { now, log, metrics } = world
  const apps = second === undefined ? boxApps : twoPairs
  const secrets: Secrets = { ...secretsInBox, ...(second && secretsBeside), ...more }
  const all = [...apps.officials, ...apps.minis]
  const tokens = new Map(all.map(it => [it.name, memoryTokens()]))
  const gates = new Map(apps.officials.map(it => [it.name, it.name === 'official' ? world.gate : memoryGate()]))

  /** What is wrong is seen at each call, and of a secret that is not there nothing is told but that. */
  const unguarded = (app: App) => ({
    breaker: openCircuit,
    sleep: async () => {},
    async appsecret() {
      const secret = secrets[secretOf(app, 'appsecret')]
      if (secret === undefined) throw new ConfigError([`${app.name}-appsecret is not set`])
      return secret
    },
  })
  const note = (url: string) => recordCalls(createTransport({ baseUrl: new URL(url), timeoutMs: 5_000 }), now)
  const openDeps = (): DoctorDeps => {
    const first = note(wechatUrl ?? world.box.url)
    const other = note(second?.box.url ?? world.box.url)
    const open = <A extends App>(app: A) => {
      const { transport } = app.name === 'brand' || app.name === 'shop' ? other : first
      const parts = { app, mode, transport, now, log, metrics, tokens: tokens.get(app.name) ?? memoryTokens() }
      return { ...openApp({ ...parts, ...unguarded(app) }), app, isAskingHarmless: mode === 'stable' }
    }
    return {
      stage: 'prod',
      region: 'cn-north-1',
      officials: apps.officials.map(it => ({ ...open(it), gate: gates.get(it.name) ?? memoryGate() })),
      minis: apps.minis.map(open),
      secrets: { get: async name => secrets[name] },
      readable: secretNamesOf(apps),
      templates: () => readTemplateLists(templates, 'local', apps.officials),
      api: openOwnApi(new URL(apiUrl)),
      sites: { upload: openSite(new URL(filesUrl)), files: openSite(new URL(filesUrl)) },
      queues: { size: async () => ({ ready: 0, later: 0, inWork: 0 }) },
      account: { concurrency: async () => 1000 },
      queueNames: { events: 'q-events', followers: 'q-followers', receipts: 'q-receipts', images: 'q-images' },
      parkedQueues: apps.officials.flatMap(it => [`q-events-${it.name}-parked`, `q-events-${it.name}-parked-urgent`]),
      calls: () => first.calls() + other.calls(),
      sightings: () => [...first.sightings(), ...other.sightings()],
      ...{ now, log },
      // No check is late unless a test says so.
      sleep: () => new Promise(() => {}),
    }
  }
  const apiUrl = await serve(answerCallback(now))
  const filesUrl = await serve((_, response) => response.writeHead(403).end())

  return {
    openDeps,
    gates,
    examine: async (broken: Partial<DoctorDeps> = {}, app?: string) => {
      const report = await examine({ ...openDeps(), ...broken }, app === undefined ? {} : { app })
      const find = (name: string, of?: string): CheckFinding | undefined =>
        report.checks.find(it => it.name === name && it.app === of)
      return { ...report, find }
    },
  }
}

/** Serves on loopback until the test ends; answers the URL. */
export function serve(listener: RequestListener): Promise<string> {
  return listen(createServer(listener))
}

/** The callbacks' handshakes as functions/callback.ts makes them, with these tokens and this clock. */
export function answerCallback(now: () => number, more: Secrets = {}): RequestListener {
  const secrets: Secrets = { ...secretsInBox, ...secretsBeside, ...more }
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    const [, name = 'official'] = /^\/callback(?:\/([a-z]+))?$/.exec(pathname) ?? [undefined, 'nobody']
    const app = findApp(twoPairs, name)
    if (app === undefined) return response.writeHead(404).end()
    try {
      const keys = { app, token: secrets[secretOf(app, 'callback-token')] ?? '', encryption: 'required' as const }
      return response.end(answerHandshake(Object.fromEntries(searchParams), keys, now))
    } catch (error) {
      const problem = problemOf(requestErrorOf(error, now()))
      return response.writeHead(problem.status).end(JSON.stringify(problem))
    }
  }
}
