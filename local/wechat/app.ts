/** One app with everything that is kept per app: nothing here is seen by another. */
import { type AllowList, createAllowList } from './allow-list.ts'
import type { AppIdentity } from './app-setting.ts'
import { type Callbacks, createCallbacks } from './callbacks.ts'
import type { Clock } from './clock.ts'
import { createFollowers, type Followers } from './followers.ts'
import { createIds, type Ids } from './ids.ts'
import { createLogins, type Logins } from './logins.ts'
import { createMarks, type Marks } from './marks.ts'
import { createMediaChecks, type MediaChecks } from './media-checks.ts'
import type { Platforms } from './platforms.ts'
import type { Population } from './population.ts'
import { createTemplates, type Templates } from './templates.ts'
import { createTokens, type Tokens } from './tokens.ts'

/** How a repeat is told. */
export const duplicates = ['same', 'error', 'too-soon'] as const
type Duplicate = (typeof duplicates)[number]

/** Switches of an Official Account that tests turn. */
type Rules = {
  /** Off as on a test account: values are not checked against their types. */
  values: boolean
  /** What a client_msg_id that was there before gives: the same msgid, 45065, or within a minute 40241. */
  duplicate: Duplicate
}

type AnyApp = {
  name: string
  appid: string
  originalId: string
  platform: string | null
  /** A reset gives it another one. */
  appsecret: string
  ids: Ids
  tokens: Tokens
  allowList: AllowList
  callbacks: Callbacks
}

/** An app that people follow, and that sends them template messages. */
export type OfficialAccount = AnyApp & {
  kind: 'official'
  followers: Followers
  marks: Marks
  templates: Templates
  rules: Rules
}

/** An app that people log in to. */
export type MiniProgram = AnyApp & {
  kind: 'mini'
  logins: Logins
  mediaChecks: MediaChecks
  /** Pages of its released version; undefined accepts any. */
  pages: ReadonlySet<string> | undefined
}

export type App = OfficialAccount | MiniProgram

/** Who an app is, with its secrets: for whoever opened the box, or added the app. */
export function identityOf({ name, kind, appid, appsecret, originalId, platform, callbacks }: App) {
  return { name, kind, appid, appsecret, originalId, platform, callback: callbacks.config() }
}

/** What an app finds in its box. */
export type Surroundings = {
  clock: Clock
  population: Population
  platforms: Platforms
  enforceValues: boolean
  callbackTimeoutMs: number
  callbackRetryGapMs: number
}

/** Creates an Official Account that nobody follows. */
export function createOfficialAccount(identity: AppIdentity, around: Surroundings): OfficialAccount {
  return {
    ...createAny(identity, around),
    kind: 'official',
    followers: createFollowers(),
    marks: createMarks(),
    templates: createTemplates(identity.templates),
    rules: { values: around.enforceValues, duplicate: 'same' },
  }
}

/** Creates a mini program that nobody has opened. */
export function createMiniProgram(identity: AppIdentity, around: Surroundings): MiniProgram {
  return {
    ...createAny(identity, around),
    kind: 'mini',
    logins: createLogins(around.clock),
    mediaChecks: createMediaChecks(around.clock),
    pages: undefined,
  }
}

function createAny(identity: AppIdentity, { clock, population, platforms, ...times }: Surroundings): AnyApp {
  const { name, kind, appid, appsecret, originalId, platform, callback } = identity
  return {
    ...{ name, appid, appsecret, originalId, platform },
    ids: createIds(appid, population, platform === null ? undefined : platforms.unionidsOf(platform)),
    tokens: createTokens(clock),
    // Of a mini program no page says that calls with an access token are checked; of an Official Account two do.
    allowList: createAllowList({ businessCalls: kind === 'official' }),
    callbacks: createCallbacks(clock, {
      account: { appid, originalId },
      config: callback,
      timeoutMs: times.callbackTimeoutMs,
      retryGapMs: times.callbackRetryGapMs,
    }),
  }
}
