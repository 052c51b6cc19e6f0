/** The real use-cases as processes: sync runs, consumers of the queue, logins, and the daily revisit. */

import { beginsForMs, timeoutMs } from '../../kit/deployment.ts'
import { memoryLogins } from '../../kit/memory-stores.ts'
import { silentLog as log, silentMetrics as metrics } from '../../kit/silent.ts'
import { linkFollowers } from '../../lib/followers/link-followers.ts'
import { revisitFollowers } from '../../lib/followers/revisit-followers.ts'
import type { OfficialAppId, OpenId } from '../../lib/identifiers.ts'
import { logIn } from '../../lib/login/login.ts'
import type { SyncReport } from '../../lib/sync/order.ts'
import { syncFollowers } from '../../lib/sync/sync-followers.ts'
import type { AccessTokenSource } from '../../lib/tokens/access-token.ts'
import { accounts, shop } from './accounts.ts'
import type { Judge } from './judge.ts'
import { type People, type Person, unionidOf } from './people.ts'
import type { Choice, Message, MessageQueue } from './queue.ts'
import { LostAnswer, type Process, type Schedule } from './schedule.ts'
import type { Backend } from './stores.ts'

/** Which function each process is. */
const functions = { sync: 'sync-followers', consume: 'link-followers', logIn: 'login', revisit: 'revisit-followers' }
/** Until when a process begins something new. */
const untilOf = (process: Process, name: string) => process.deadline - timeoutMs(name) + beginsForMs(name)
/** Days of the clock pass in a run, not months. */
const retentionDays = 2

export type Syncing = {
  /** Whose followers; the first account's, where none is said. */
  readonly account?: number
  readonly action: 'sync' | 'tick'
  readonly isShort: boolean
  readonly everyone: boolean
}

type World = {
  readonly schedule: Schedule
  readonly people: People
  readonly judge: Judge
  readonly queue: MessageQueue
  readonly backend: Backend
}

/** Makes the processes of a world; each runs in a slot, one at a time. */
export function openProcesses(world: World) {
  const { schedule, people, judge, queue } = world
  const { now } = schedule
  const depsOf = needsOf(world)
  const slots = new Map<string, Process>()
  const logins = memoryLogins()
  let started = 0

  const run = async (slot: string, name: string, work: (process: Process) => Promise<unknown>) => {
    if (slots.get(slot)?.isAlive) return
    const process = schedule.start(`${slot} ${started++}`, timeoutMs(name))
    slots.set(slot, process)
    try {
      await work(process)
    } catch (error) {
      judge.demand(isExpected(error), `no other error: ${error}`)
    } finally {
      schedule.end(process)
    }
  }

  const sync = (slot: number, { account = 0, action, isShort, everyone }: Syncing) =>
    run(`sync ${slot}`, functions.sync, async process => {
      const { accounts, ...stage } = depsOf(process)
      const deps = { ...stage, ...accountOf(accounts, account) }
      const until = isShort ? now() : untilOf(process, functions.sync)
      const order = { action, everyone, spread: true }
      const report = await syncFollowers(order, { ...deps, owner: process.name, spread: true }, { until })
      noteReport(report, judge)
    })

  const consume = (slot: number, choice: Choice) =>
    run(`consume ${slot}`, functions.consume, async process => {
      const messages = queue.receive(process, choice)
      if (messages.length === 0) return
      judge.see('batches')
      const arrivals = messages.map(it => ({ ...it, receiptHandle: '', message: it }))
      const limits = { until: untilOf(process, functions.consume) }
      const failed = await linkFollowers(arrivals, depsOf(process), limits)
      for (const { message } of failed) {
        judge.see('messages again')
        queue.release(message)
      }
      const done = arrivals.filter(it => !failed.includes(it)).map(it => it.message)
      await schedule.request(process, async () => finish(done, world))
    })

  const login = (person: Person) => {
    const { human } = person
    judge.see('logins')
    const code = `code-${started}`
    return run(code, functions.logIn, async process => {
      const { links, sleep } = depsOf(process)
      const from = now()
      let mine = -1
      const exchangeCode = () =>
        schedule.request(process, async () => {
          mine = human.logins.push({ from, at: now(), unionid: unionidOf(person), end: 'lost' }) - 1
          return people.exchange(person)
        })
      const sessions = { sign: async () => 'session', lifeSeconds: 1 }
      await logIn(
        { code },
        { minis: [{ app: shop, wechat: { exchangeCode } }], logins, links, sessions, now, sleep, log },
      )
      const done = human.logins[mine]
      if (done !== undefined) human.logins[mine] = { ...done, end: 'answered' }
    })
  }

  const revisit = () =>
    run('revisit', functions.revisit, async process => {
      judge.see('revisits')
      const limits = { until: untilOf(process, functions.revisit) }
      await revisitFollowers({ ...depsOf(process), retentionDays }, limits)
    })

  return { sync, consume, login, revisit, alive: () => [...slots.values()].filter(it => it.isAlive) }
}

function needsOf({ schedule, people, queue, backend }: World) {
  const { now } = schedule
  const accessTokens = tokensThatAreGood(now)
  return (process: Process) => {
    const request = <T>(work: () => Promise<T>) => schedule.request(process, work)
    const wechatOf = (official: OfficialAppId) => ({
      followerPage: (_: string, after?: OpenId) => request(async () => people.page(official, after)),
      followerInfo: (_: string, openids: readonly OpenId[]) => request(async () => people.infos(official, openids)),
      quota: () => request(async () => ({ limit: 500, used: 0, remain: 500 })),
    })
    const { links, account } = backend.storesOf(process)
    return {
      links,
      accounts: accounts.map(app => ({ app, wechat: wechatOf(app.appid), accessTokens, ...account(app.appid) })),
      followers: {
        push: (bodies: readonly unknown[], delaySeconds?: number) =>
          request(async () => queue.put(bodies, delaySeconds)),
        retryIn: async () => undefined,
      },
      codes: { claim: async () => ({ kind: 'unknown' as const }) },
      imageArrivals: { push: async () => undefined },
      now,
      random: () => 1,
      sleep: (ms: number) => schedule.sleep(process, ms),
      log,
      metrics,
    }
  }
}

function accountOf<T>(all: readonly T[], account: number): T {
  const found = all[account]
  if (found === undefined) throw new Error(`there is no account ${account}`)
  return found
}

/** Tokens have an interleavings test of their own. */
function tokensThatAreGood(now: () => number): AccessTokenSource {
  const present = async () => ({ accessToken: 'token', issuedAt: 0, expiresAt: Infinity, generation: 1 })
  return {
    get: async () => 'token',
    ...{ present, stored: present },
    renew: () => Promise.reject(new Error('no token is rejected here')),
    keepFresh: async () => false,
    isRejectingFresh: () => false,
    freshRejected: error => error,
    now,
  }
}

function noteReport({ state, pages }: SyncReport, { see }: Judge): void {
  if (state === 'complete') see('sync runs complete')
  if (state === 'busy') see('sync runs busy')
  if (state === 'under-way') see(pages === 0 ? 'sync runs restarted' : 'sync runs on the way')
}

/** SQS is told that these are done. */
function finish(messages: readonly Message[], { queue, judge }: World): void {
  for (const it of messages) {
    queue.remove(it)
    const { news } = it
    if (news.change !== 'erase' || !news.isSecond) continue
    // One that was cut short comes again, and has its second time later.
    const isLast = !queue.all().some(other => other.change === 'erase' && other.at === news.at)
    if (isLast) judge.forgot(news)
  }
}

function isExpected(error: unknown): boolean {
  if (error instanceof LostAnswer) return true
  return error instanceof Error && error.message === 'another process has taken over the sync run'
}
