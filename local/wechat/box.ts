/** The state of the simulated WeChat; a reset creates a new one. */
import type { AppIdentity, AppSetting } from './app-setting.ts'
import { type Apps, createApps } from './apps.ts'
import type { CallbackConfig } from './callback-config.ts'
import { type Calls, createCalls } from './calls.ts'
import { type Chats, createChats } from './chats.ts'
import { type Clock, createClock } from './clock.ts'
import type { Accounts } from './defaults.ts'
import { createExchanges, type Exchanges } from './exchanges.ts'
import { createFaults, type Faults } from './faults.ts'
import type { Live } from './live.ts'
import { createMessages, type Messages } from './messages.ts'
import { createPlatforms, defaultPlatform } from './platforms.ts'
import { createPopulation, type Population } from './population.ts'
import { createProfiles, type Profiles } from './profiles.ts'
import { createQuota, type Quota } from './quota.ts'
import { createRidLog, type RidLog } from './rid-log.ts'
import type { TemplateSetting } from './templates.ts'

/** The settings of a box, with all defaults filled in. */
export type BoxSettings = {
  /** The first pair. */
  accounts: Accounts
  /** Further apps. */
  apps: readonly AppSetting[]
  /** Of the first Official Account. */
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
  /** The back end of the mini program, which its screen in the console calls; without it the screen shows only codes. */
  miniProgramApi: string | undefined
}

/** The state of WeChat. */
export type Box = {
  settings: BoxSettings
  clock: Clock
  apps: Apps
  people: Population
  profiles: Profiles
  quota: Quota
  messages: Messages
  chats: Chats
  faults: Faults
  calls: Calls
  exchanges: Exchanges
  live: Live
  rids: RidLog
  /** The session tokens that back ends gave mini programs on phones. */
  sessions: Map<string, string>
  /** Runs work later, unless the box is closed or reset before. */
  later: (work: () => void, ms: number) => void
  close: () => void
}

/** Creates a WeChat without people; `live` is told what changes. */
export function createBox(settings: BoxSettings, live: Live, formerPeople = 0): Box {
  const clock = createClock(settings.now)
  const population = createPopulation(formerPeople)
  const platforms = createPlatforms(settings.accounts)
  const messages = createMessages(clock, live)
  const chats = createChats(messages, live)
  const apps = createApps(pairOf(settings), { ...settings, clock, live, population, platforms, chats })
  for (const setting of settings.apps) apps.add(setting)
  const timers = createTimers()
  return {
    settings,
    clock,
    apps,
    people: population,
    profiles: createProfiles(),
    quota: createQuota(clock),
    messages,
    chats,
    faults: createFaults(),
    calls: createCalls(clock),
    exchanges: createExchanges(clock, live),
    live,
    rids: createRidLog(clock),
    sessions: new Map(),
    later: timers.later,
    close: () => {
      timers.close()
      for (const app of apps.all()) app.callbacks.close()
    },
  }
}

function pairOf({ accounts, templates, ...settings }: BoxSettings): { official: AppIdentity; mini: AppIdentity } {
  const platform = defaultPlatform
  const { callback, miniCallback } = settings
  return {
    official: { ...accounts.official, name: 'official', kind: 'official', platform, callback, templates },
    mini: { ...accounts.mini, name: 'mini', kind: 'mini', platform, callback: miniCallback, templates: [] },
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
