/**
 * Processes that share one token, in every order of their steps.
 *
 * Each request to the store or to WeChat has two steps, its arrival and its answer. A generated schedule says who takes
 * the next one, when time passes, when a process is killed (it never goes on), and when another system replaces the
 * token. Nothing but the token source is ours here: the store stands in memory, WeChat is a model.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryTokens } from '../../kit/memory-stores.ts'
import { silentLog as log, silentMetrics as metrics } from '../../kit/silent.ts'
import { TransportError, WeChatError } from '../../lib/errors.ts'
import type { AccessToken } from '../../lib/ports.ts'
import { createAccessTokenSource } from '../../lib/tokens/access-token.ts'
import type { StoredToken, TokenStore } from '../../lib/tokens/ports.ts'
import { withAccessToken } from '../../lib/tokens/with-access-token.ts'
import { officialAppid } from '../ids.ts'
import { openSchedule, type Process, type Schedule, settle } from '../model/schedule.ts'
import { runs } from '../runs.ts'

type Mode = 'stable' | 'classic'
type Action =
  | { readonly do: 'step'; readonly pick: number }
  | { readonly do: 'rush'; readonly times: number }
  | { readonly do: 'finish' }
  | { readonly do: 'replace'; readonly hasOverlap: boolean }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'call' | 'keepFresh'; readonly slot: number }
  | { readonly do: 'kill'; readonly slot: number; readonly arrives: boolean }

const many = { everyday: 4000, wide: 10_000 }
const slots = 3
const leaseMs = 15_000
const pollMs = 200
const freshMs = 290_000
const marginMs = 60_000
/** Our client's limit of a call. */
const answerMs = 10_000
const lifeMs = 7_200_000
const overlapMs = 300_000
const hopelessMs = 30_000
const memoryMs = 60_000

const slot = fc.nat(slots - 1)
const duration = fc.oneof(
  fc.constantFrom(pollMs, leaseMs, marginMs, freshMs, overlapMs, lifeMs - freshMs, lifeMs - marginMs),
  fc.integer({ min: 1, max: 20_000 }),
)
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 14, arbitrary: fc.record({ do: fc.constant('step'), pick: fc.nat(99) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('call'), slot }) },
  // The latest goes first, again and again: whatever was on its way before is late.
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rush'), times: fc.integer({ min: 2, max: 16 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('finish') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replace'), hasOverlap: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass'), ms: duration }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('keepFresh'), slot }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill'), slot, arrives: fc.boolean() }) },
)

describe.each(['stable', 'classic'] as const)('one token for several processes, %s', mode => {
  it('holds in every order of their steps, whoever is killed', { timeout: 900_000 }, async () => {
    const worlds = { runs: 0, seen: noneSeen() }
    const property = fc.asyncProperty(fc.array(action, { maxLength: 100, size: 'max' }), async actions => {
      const world = openWorld(mode)
      for (const it of actions) await world.act(it)
      await world.end()
      expect(world.violations).toEqual([])
      worlds.runs += 1
      add(world.seen, worlds.seen)
    })
    const numRuns = runs(many)
    await fc.assert(property, { numRuns })
    const figures = [...worlds.seen].map(([what, count]) => `${count} ${what}`).join(', ')
    process.stdout.write(`token, ${mode}, ${worlds.runs} interleavings: ${figures}\n`)

    expect(worlds.runs).toBe(numRuns)
    // Schedules that never came there would prove nothing.
    for (const count of worlds.seen.values()) expect(count).toBeGreaterThan(0)
  })
})

it('gets over a row that was deleted, although generations begin anew', async () => {
  const world = openWorld('stable')
  for (let generation = 0; generation < 10; generation++) {
    await world.act({ do: 'call', slot: 0 })
    await world.act({ do: 'finish' })
    await world.act({ do: 'replace', hasOverlap: false })
  }
  world.deleteRow()
  await world.end()

  // Prevents that a process waits for the generation it remembers, one renewal after the other.
  expect(world.violations).not.toContain('steady calls heal')
})

const sights = [
  'steps',
  'calls',
  'token calls',
  'replacements',
  'tokens near their end',
  'killed',
  'killed while asking WeChat',
  'token calls without answer',
  'tokens refused by the store',
  'given up',
  'refused twice',
  'refused without a renewal',
] as const
type Sight = (typeof sights)[number]
type Seen = Map<Sight, number>

function noneSeen(): Seen {
  return new Map(sights.map(it => [it, 0]))
}

function add(from: Seen, to: Seen): void {
  for (const [what, count] of from) to.set(what, (to.get(what) ?? 0) + count)
}

/** A process as the world sees it. */
type Peer = Process & {
  /** Until when its last lease runs. */
  leaseUntil: number
  /** From its call for a token until it is stored or lost. */
  isIssuing: boolean
  /** The newest generation that it has handed out. */
  newest: number
  /** When WeChat last rejected a fresh token of its own; for a while it does not renew in vain. */
  refusedAt: number
  /** When it last looked into the store. */
  lookedAt: number
}

/** WeChat's side of the tokens. */
function openWeChat(mode: Mode, now: () => number) {
  const issued: { readonly text: AccessToken; readonly expiresAt: number; endsAt: number }[] = []
  let present: (typeof issued)[number] | undefined
  const orderOf = (token: AccessToken) => issued.findIndex(it => it.text === token)
  const isGood = (token: AccessToken) => (issued[orderOf(token)]?.endsAt ?? 0) > now()
  const endBy = (token: typeof present, at: number) => {
    if (token !== undefined) token.endsAt = Math.min(token.endsAt, at)
  }

  return {
    orderOf,
    isGood,
    count: () => issued.length,
    good: () => new Set(issued.map(it => it.text).filter(isGood)),
    issue() {
      if (mode === 'classic') endBy(present, now() + overlapMs)
      if (mode === 'classic' || present === undefined || present.expiresAt - now() <= overlapMs) {
        present = { text: `${issued.length + 1}_token`, expiresAt: now() + lifeMs, endsAt: now() + lifeMs }
        issued.push(present)
      }
      return { accessToken: present.text, expiresInSeconds: Math.floor((present.expiresAt - now()) / 1000) }
    },
    /** Another system got a token: ours die, at once or, in classic mode, after the overlap. */
    replace(hasOverlap: boolean) {
      for (const token of issued) endBy(token, hasOverlap && mode === 'classic' ? now() + overlapMs : now())
      present = undefined
    },
  }
}

/** What came of it, and which promises were broken. */
function openJudge() {
  const seen = noneSeen()
  const violations: string[] = []
  return {
    seen,
    violations,
    see: (what: Sight) => void seen.set(what, (seen.get(what) ?? 0) + 1),
    count: (what: Sight) => seen.get(what) ?? 0,
    demand(holds: boolean, promise: string) {
      if (!holds) violations.push(promise)
    },
  }
}

type Judge = ReturnType<typeof openJudge>
type Shared = { readonly schedule: Schedule; readonly wechat: ReturnType<typeof openWeChat>; readonly judge: Judge }

/** The one row of the store, with an eye on every write. */
function openRow({ schedule, wechat, judge }: Shared) {
  let memory = memoryTokens()
  const generations = new Map<AccessToken, number>()
  const lapsed = new Set<number>()
  let stored: StoredToken | undefined
  let isKeptFresh = false
  const leftMs = () => (stored?.expiresAt ?? 0) - schedule.now()
  /** Only a call to WeChat has a limit. */
  const request = <T>(peer: Peer, work: () => Promise<T>) => schedule.request(peer, work, { limitMs: Infinity })

  const noteWrite = (token: StoredToken) => {
    const [before, after] = [stored?.accessToken ?? '', token.accessToken].map(wechat.orderOf)
    judge.demand(token.generation === (stored?.generation ?? 0) + 1, 'a write raises the generation by one')
    judge.demand((before ?? 0) <= (after ?? 0), 'no token is overwritten by one that WeChat issued before it')
    stored = token
    generations.set(token.accessToken, token.generation)
  }

  return {
    leftMs,
    generation: () => stored?.generation ?? 0,
    generationOf: (token: AccessToken) => generations.get(token) ?? 0,
    remove() {
      memory = memoryTokens()
      stored = undefined
      generations.clear()
    },
    keptFresh: () => {
      isKeptFresh = true
    },
    /** Tells whether the stored token is missing, near its end, or dead. */
    isNeeded(): boolean {
      if (stored === undefined || !wechat.isGood(stored.accessToken)) return true
      return leftMs() <= (isKeptFresh ? freshMs : marginMs)
    },
    noteLapse() {
      if (stored === undefined || leftMs() > (isKeptFresh ? freshMs : marginMs)) return
      if (!lapsed.has(stored.generation)) judge.see('tokens near their end')
      lapsed.add(stored.generation)
    },
    /** The store as one process reaches it. */
    storeOf: (peer: Peer): TokenStore => ({
      read: appid =>
        request(peer, () => {
          peer.lookedAt = schedule.now()
          return memory.read(appid)
        }),
      takeLease: (appid, lease) =>
        request(peer, async () => {
          const isTaken = await memory.takeLease(appid, lease)
          if (isTaken) peer.leaseUntil = lease.until
          return isTaken
        }),
      write: (appid, token, owner) =>
        request(peer, async () => {
          const isWritten = await memory.write(appid, token, owner)
          peer.isIssuing = false
          if (isWritten) noteWrite(token)
          else judge.see('tokens refused by the store')
          return isWritten
        }),
      freeLease: (appid, owner) => request(peer, () => memory.freeLease(appid, owner)),
    }),
  }
}

function openWorld(mode: Mode) {
  const judge = openJudge()
  const schedule = openSchedule(Date.parse('2026-11-22T12:00:00+08:00'), () => undefined)
  const { now } = schedule
  const wechat = openWeChat(mode, now)
  const row = openRow({ schedule, wechat, judge })
  const { see, demand, count } = judge
  const peers: Peer[] = []
  const asks: { readonly peer: Peer; readonly at: number; settledAt: number }[] = []

  const fetchAccessToken = async (peer: Peer) => {
    const rivals = peers.filter(it => it !== peer && it.isIssuing && it.leaseUntil > now())
    demand(rivals.length === 0, 'one process asks WeChat at a time, unless a lease ran out')
    peer.isIssuing = true
    const issue = async () => {
      see('token calls')
      row.noteLapse()
      demand(row.isNeeded() || peer.leaseUntil <= now(), 'WeChat is asked only for a token that is needed')
      return wechat.issue()
    }
    try {
      return await schedule.request(peer, issue, { limitMs: answerMs, lost: noAnswer })
    } catch (error) {
      see('token calls without answer')
      peer.isIssuing = false
      throw error
    }
  }

  const start = () => {
    const name = `process ${peers.length + 1}`
    const seen = { leaseUntil: 0, isIssuing: false, newest: 0, refusedAt: 0, lookedAt: 0 }
    const peer: Peer = Object.assign(schedule.start(name, Infinity), seen)
    peers.push(peer)
    const source = createAccessTokenSource({
      appid: officialAppid,
      wechat: { fetchAccessToken: () => fetchAccessToken(peer) },
      tokens: row.storeOf(peer),
      now,
      sleep: ms => schedule.sleep(peer, ms),
      owner: name,
      log,
      metrics,
    })
    return { peer, source }
  }
  const inSlots = Array.from({ length: slots }, start)
  /** A process that was killed is followed by a new one, which knows nothing. */
  const processIn = (slot: number) => {
    const present = inSlots[slot]
    if (present?.peer.isAlive) return present
    const next = start()
    inSlots[slot] = next
    return next
  }

  const follow = (peer: Peer, asked: Promise<unknown>, judgeError: (error: unknown) => void) => {
    const ask = { peer, at: now(), settledAt: Infinity }
    asks.push(ask)
    asked.catch(judgeError).finally(() => {
      ask.settledAt = now()
    })
  }

  /** What a call may trust in when it begins. */
  const present = (peer: Peer) => ({ issued: wechat.count(), good: wechat.good(), newest: peer.newest })
  const judgeGivingUp = (peer: Peer) => {
    see('given up')
    // Calls that come together share one wait.
    const waiting = asks.filter(it => it.peer === peer && it.settledAt >= now()).map(it => it.at)
    const lookedAfterMs = peer.lookedAt - Math.min(...waiting)
    demand(lookedAfterMs > 2 * leaseMs, 'nobody gives up without a look when two leases are over')
  }
  const judgeRefusal = (peer: Peer, { isExcused, isRenewed }: { isExcused: boolean; isRenewed: boolean }) => {
    const isSpared = now() < peer.refusedAt + hopelessMs
    see(isRenewed ? 'refused twice' : 'refused without a renewal')
    if (isRenewed && !isSpared) peer.refusedAt = now()
    // What one call of a process learnt spares its others the renewal.
    if (isRenewed) demand(isExcused || isSpared, 'WeChat refuses a call twice only if a fresh token died meanwhile')
    else demand(isSpared, 'a process goes without renewing only for a while')
  }

  const call = ({ peer, source }: ReturnType<typeof start>) => {
    see('calls')
    const before = present(peer)
    const used: AccessToken[] = []
    const asked = withAccessToken(source, accessToken => {
      const generation = row.generationOf(accessToken)
      demand(generation >= before.newest, 'a process never goes back to an older token')
      demand(!used.includes(accessToken), 'a renewal brings another token than the one rejected')
      peer.newest = Math.max(peer.newest, generation)
      used.push(accessToken)
      const work = async () => {
        if (!wechat.isGood(accessToken)) throw new WeChatError('user/get', 40001, 'not latest')
      }
      return schedule.request(peer, work, { limitMs: Infinity })
    })
    follow(peer, asked, error => {
      if (isGivenUp(error)) return judgeGivingUp(peer)
      if (!(error instanceof WeChatError)) return demand(isUnanswered(error), `no other error: ${String(error)}`)
      const last = used.at(-1) ?? ''
      const diedMeanwhile = before.good.has(last) || wechat.orderOf(last) >= before.issued
      judgeRefusal(peer, { isExcused: diedMeanwhile, isRenewed: used.length > 1 })
    })
  }

  const keepFresh = ({ peer, source }: ReturnType<typeof start>) => {
    row.keptFresh()
    const [startedAt, before] = [now(), row.generation()]
    const asked = source.keepFresh(freshMs).then(() => {
      const isFresh = row.leftMs() > freshMs || row.generation() > before || now() > startedAt
      demand(isFresh, 'a token near its end is renewed')
    })
    follow(peer, asked, error => demand(isGivenUp(error) || isUnanswered(error), `no other error: ${String(error)}`))
  }

  const kill = ({ peer }: ReturnType<typeof start>, arrives: boolean) => {
    if (!peer.isAlive) return
    see(peer.isIssuing ? 'killed while asking WeChat' : 'killed')
    schedule.kill(peer, arrives && 'at any time')
  }

  const step = async (pick: number) => {
    see('steps')
    const due = schedule.due()
    const chosen = due.at(pick % due.length)
    if (chosen !== undefined) await schedule.take(chosen, { isSlow: true })
    else if (!schedule.isEmpty()) await schedule.pass(schedule.untilNext())
  }

  const rush = async (times: number) => {
    for (let turn = 0; turn < times; turn++) await step(-1)
  }
  const finish = async () => {
    while (schedule.due().length > 0) await step(0)
  }
  const replace = (hasOverlap: boolean) => {
    see('replacements')
    wechat.replace(hasOverlap)
  }
  const act = async (action: Action) => {
    // No two things happen in one instant, so that what was issued after a call began can be told from what was before.
    await schedule.pass(1)
    await perform(action)
    await settle()
  }
  const perform = (action: Action) => {
    switch (action.do) {
      case 'step':
        return step(action.pick)
      case 'rush':
        return rush(action.times)
      case 'finish':
        return finish()
      case 'pass':
        return schedule.pass(action.ms)
      case 'replace':
        return replace(action.hasOverlap)
      case 'call':
        return call(processIn(action.slot))
      case 'keepFresh':
        return keepFresh(processIn(action.slot))
      case 'kill':
        return kill(processIn(action.slot), action.arrives)
    }
  }

  /** Nobody is killed any more and nothing else happens: whoever asked has an end soon. */
  const end = async () => {
    const startedAt = now()
    while (!schedule.isEmpty() && now() - startedAt <= 4 * leaseMs) await step(0)
    const lost = count('killed while asking WeChat') + count('token calls without answer')
    const causes = 1 + count('replacements') + count('tokens near their end')
    const mostCalls = causes + 2 * (lost + count('tokens refused by the store'))
    demand(count('token calls') <= mostCalls, `${count('token calls')} token calls, ${mostCalls} had a cause`)
    demand(now() - startedAt <= leaseMs + 2 * pollMs, 'nobody waits longer than the lease of one that was killed')
    demand(
      asks.every(it => it.settledAt < Infinity || !it.peer.isAlive),
      'whoever asked and lives has an end',
    )
    await heal()
  }
  /** Calls that go on come to a good token, whatever was before, as soon as nothing is trusted or avoided any more. */
  const heal = async () => {
    for (let waited = 0; waited <= hopelessMs + memoryMs; waited += 10_000) {
      for (const slot of inSlots.keys()) call(processIn(slot))
      await finish()
      await schedule.pass(10_000)
    }
    const failures = () => count('given up') + count('refused twice') + count('refused without a renewal')
    const before = failures()
    for (const slot of inSlots.keys()) call(processIn(slot))
    await finish()
    demand(failures() === before, 'steady calls heal')
  }

  const deleteRow = () => {
    row.remove()
    for (const peer of peers) peer.newest = 0
  }

  return { act, end, deleteRow, seen: judge.seen, violations: judge.violations }
}

function noAnswer(): Error {
  return new TransportError('token', 'timeout', 'no answer')
}

function isUnanswered(error: unknown): boolean {
  return error instanceof TransportError && error.message.endsWith('no answer')
}

function isGivenUp(error: unknown): boolean {
  return error instanceof TransportError && error.message.endsWith('wrote no token')
}
