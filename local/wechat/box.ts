/** The state of the simulated WeChat; a reset creates a new one. */
import { type AllowList, createAllowList } from './allow-list.ts'
import type { CallbackConfig } from './callback-config.ts'
import { type CallbackOptions, type Callbacks, createCallbacks } from './callbacks.ts'
import { type Calls, createCalls } from './calls.ts'
import { type Clock, createClock } from './clock.ts'
import type { Accounts, AppName } from './defaults.ts'
import { createFaults, type Faults } from './faults.ts'
import { createLogins, type Logins } from './logins.ts'
import { createMediaChecks, type MediaChecks } from './media-checks.ts'
import { createMessages, type Messages } from './messages.ts'
import { createPeople, type People } from './people.ts'
import { createProfiles, type Profiles } from './profiles.ts'
import { createQuota, type Quota } from './quota.ts'
import { createRidLog, type RidLog } from './rid-log.ts'
import { createTemplates, type TemplateSetting, type Templates } from './templates.ts'
import { createTokens, type Tokens } from './tokens.ts'

/** The settings of a box, with all defaults filled in. */
export type BoxSettings = {
  accounts: Accounts
  templates: readonly TemplateSetting[]
  /** Whether values are checked against their types, as on every account but a test account. */
  enforceValues: boolean
  callback: CallbackConfig
  /** The mini program's own message push. */
  miniCallback: CallbackConfig
  pageSize: number
  now: () => number
  receiptDelayMs: number
  /** The time from a content check to its verdict. */
  verdictDelayMs: number
  callbackTimeoutMs: number
  callbackRetryGapMs: number
}

/** How a repeat is answered. */
export const duplicates = ['same', 'error', 'too-soon'] as const
type Duplicate = (typeof duplicates)[number]

/** Switches for tests. */
type Rules = {
  /** Off as on a test account: values are not checked against their types. */
  values: boolean
  /** The answer to a repeated client_msg_id: the same msgid, 45065, or within a minute 40241. */
  duplicate: Duplicate
  /** Pages of the released mini program; undefined accepts any. */
  pages: ReadonlySet<string> | undefined
}

/** One app, with its own state. */
export type App = {
  name: AppName
  appid: string
  appsecret: string
  tokens: Tokens
  allowList: AllowList
  callbacks: Callbacks
}

/** The state of WeChat. */
export type Box = {
  settings: BoxSettings
  clock: Clock
  apps: Record<AppName, App>
  people: People
  profiles: Profiles
  logins: Logins
  quota: Quota
  templates: Templates
  messages: Messages
  mediaChecks: MediaChecks
  faults: Faults
  calls: Calls
  rids: RidLog
  rules: Rules
  /** Runs work later, unless the box is closed or reset before. */
  later: (work: () => void, ms: number) => void
  close: () => void
}

/** Creates a WeChat without people. */
export function createBox(settings: BoxSettings, formerPeople = 0): Box {
  const clock = createClock(settings.now)
  const apps = { official: createApp('official', settings, clock), mini: createApp('mini', settings, clock) }
  const timers = createTimers()
  return {
    settings,
    clock,
    apps,
    people: createPeople(settings.accounts, formerPeople),
    profiles: createProfiles(),
    logins: createLogins(clock),
    quota: createQuota(clock),
    templates: createTemplates(settings.templates),
    messages: createMessages(clock),
    mediaChecks: createMediaChecks(clock),
    faults: createFaults(),
    calls: createCalls(clock),
    rids: createRidLog(clock),
    rules: { values: settings.enforceValues, duplicate: 'same', pages: undefined },
    later: timers.later,
    close: () => {
      timers.close()
      for (const app of Object.values(apps)) app.callbacks.close()
    },
  }
}

function createApp(name: AppName, settings: BoxSettings, clock: Clock): App {
  const { appid, appsecret } = settings.accounts[name]
  const callbacks = createCallbacks(clock, callbackOptions(name, settings))
  // No page says that calls of a mini program with an access token are checked; two pages do for an Official Account.
  const allowList = createAllowList({ businessCalls: name === 'official' })
  return { name, appid, appsecret, tokens: createTokens(clock), allowList, callbacks }
}

function callbackOptions(name: AppName, settings: BoxSettings): CallbackOptions {
  const { appid, originalId } = settings.accounts[name]
  return {
    account: { appid, originalId },
    config: name === 'mini' ? settings.miniCallback : settings.callback,
    timeoutMs: settings.callbackTimeoutMs,
    retryGapMs: settings.callbackRetryGapMs,
  }
}

function createTimers() {
  const timers = new Set<NodeJS.Timeout>()
  let isClosed = false
  return {
    later: (work: () => void, ms: number) => {
      if (isClosed) return
      const timer = setTimeout(() => {
        timers.delete(timer)
        work()
      }, ms)
      timers.add(timer)
    },
    close: () => {
      isClosed = true
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}
