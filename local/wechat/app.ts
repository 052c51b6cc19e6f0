/** One app, with its own state, which no other app sees. */
import { type AllowList, createAllowList } from './allow-list.ts'
import type { AppIdentity } from './app-setting.ts'
import { type Callbacks, createCallbacks } from './callbacks.ts'
import type { Chats } from './chats.ts'
import type { Clock } from './clock.ts'
import { type Contacts, createContacts } from './contacts.ts'
import { createFollowers, type Followers } from './followers.ts'
import { createIds, type Ids } from './ids.ts'
import type { Live } from './live.ts'
import { createLogins, type Logins } from './logins.ts'
import { createMarks, type Marks } from './marks.ts'
import { createMediaChecks, type MediaChecks } from './media-checks.ts'
import { createMenus, type Menus } from './menus.ts'
import { createPhoneSide } from './phone-side.ts'
import type { Platforms } from './platforms.ts'
import type { Population } from './population.ts'
import { createQrCodes, type QrCodes } from './qr-codes.ts'
import { createTemplates, type Templates } from './templates.ts'
import { createTokens, type Tokens } from './tokens.ts'

/** How a repeat is answered. */
export const duplicates = ['same', 'error', 'too-soon'] as const
type Duplicate = (typeof duplicates)[number]

/** How receipts arrive. */
type Receipts = 'in-time' | 'late' | 'lost'

/** Switches of an Official Account for tests. */
type Rules = {
  /** Off as on a test account: values are not checked against their types. */
  values: boolean
  /** The answer to a repeated client_msg_id: the same msgid, 45065, or within a minute 40241. */
  duplicate: Duplicate
  /** Whether receipts come, come much later, or are lost. */
  receipts: Receipts
}

type AnyApp = {
  name: string
  appid: string
  originalId: string
  platform: string | null
  /** A reset changes it. */
  appsecret: string
  ids: Ids
  tokens: Tokens
  allowList: AllowList
  callbacks: Callbacks
  contacts: Contacts
}

/** An app that people follow, and that sends template messages. */
export type OfficialAccount = AnyApp & {
  kind: 'official'
  followers: Followers
  marks: Marks
  qrCodes: QrCodes
  templates: Templates
  rules: Rules
  menus: Menus
}

/** An app that people log in to. */
export type MiniProgram = AnyApp & {
  kind: 'mini'
  logins: Logins
  mediaChecks: MediaChecks
  /** Pages of the released version; undefined accepts any. */
  pages: ReadonlySet<string> | undefined
}

export type App = OfficialAccount | MiniProgram

/** An app's identity with its secrets, for the opener of the box and the creator of the app. */
export function identityOf({ name, kind, appid, appsecret, originalId, platform, callbacks }: App) {
  return { name, kind, appid, appsecret, originalId, platform, callback: callbacks.config() }
}

/** What apps share in their box. */
export type Surroundings = {
  clock: Clock
  live: Live
  population: Population
  platforms: Platforms
  chats: Chats
  enforceValues: boolean
  callbackTimeoutMs: number
  callbackRetryGapMs: number
}

/** Creates an Official Account without followers. */
export function createOfficialAccount(identity: AppIdentity, around: Surroundings): OfficialAccount {
  const followers = createFollowers()
  return {
    ...createAny(identity, around, followers.isFollowing),
    kind: 'official',
    followers,
    marks: createMarks(),
    qrCodes: createQrCodes(around.clock),
    templates: createTemplates(identity.templates),
    rules: { values: around.enforceValues, duplicate: 'same', receipts: 'in-time' },
    menus: createMenus(),
  }
}

/** Creates a mini program without logins. */
export function createMiniProgram(identity: AppIdentity, around: Surroundings): MiniProgram {
  return {
    // Its customer-service chat is not simulated.
    ...createAny(identity, around, () => false),
    kind: 'mini',
    logins: createLogins(around.clock),
    mediaChecks: createMediaChecks(around.clock),
    pages: undefined,
  }
}

function createAny(identity: AppIdentity, around: Surroundings, isFollowing: (person: number) => boolean): AnyApp {
  const { clock, live, population, platforms, chats, ...times } = around
  const { name, kind, appid, appsecret, originalId, platform, callback } = identity
  const ids = createIds(appid, population, platform === null ? undefined : platforms.unionidsOf(platform))
  const contacts = createContacts(clock)
  return {
    ...{ name, appid, appsecret, originalId, platform },
    ids,
    contacts,
    tokens: createTokens(clock),
    // No page says that calls of a mini program with an access token are checked; two pages do for an Official Account.
    allowList: createAllowList({ businessCalls: kind === 'official' }),
    callbacks: createCallbacks(clock, {
      live,
      account: { appid, originalId },
      config: callback,
      timeoutMs: times.callbackTimeoutMs,
      retryGapMs: times.callbackRetryGapMs,
      phone: createPhoneSide({ name, ids, chats, clock, contacts, isFollowing }),
    }),
  }
}
