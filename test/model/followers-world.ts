/** A few people at WeChat, what they do, our processes, and what must have come of it all in the end. */

import { handleEvent } from '../../lib/callback.ts'
import type { WeChatEvent } from '../../lib/event.ts'
import { reachOf } from '../../lib/link.ts'
import { miniAppid, officialAppid } from '../ids.ts'
import { openProcesses } from './followers-processes.ts'
import { openJudge } from './judge.ts'
import { isFollowing, openPeople, type Person, type Rules, unionidOf } from './people.ts'
import { type Choice, openMessageQueue } from './queue.ts'
import { openSchedule, settle } from './schedule.ts'
import { inMemory, type Open } from './stores.ts'
import { isForgotten, truthsOf } from './truth.ts'

export type Told = 'once' | 'twice' | 'never'
/** What people do. */
type Happening =
  | { readonly do: 'follow' | 'unfollow'; readonly who: number; readonly told: Told }
  | { readonly do: 'bind'; readonly who: number }
  | { readonly do: 'rebind' }
  | { readonly do: 'forget'; readonly who: number; readonly how: How; readonly told: Told }
/** One of the processes that are alive, or the one in this slot. */
type Target = { readonly who: number; readonly slot?: string }
/** What processes do, and what becomes of them. */
type Deed =
  | { readonly do: 'steps'; readonly picks: readonly number[] }
  | ({ readonly do: 'advance'; readonly times: number } & Target)
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'walk'; readonly slot: number; readonly action: 'walk' | 'tick'; readonly isShort: boolean }
  | ({ readonly do: 'consume'; readonly slot: number } & Choice)
  | { readonly do: 'logIn'; readonly who: number }
  | { readonly do: 'revisit' }
  | { readonly do: 'double' | 'fail'; readonly pick: number }
  | ({ readonly do: 'kill'; readonly arrives: boolean } & Target)
export type Action = Happening | Deed
type How = 'revoke' | 'revoke-mini' | 'cancel'

/** How a world begins. */
export type Setup = Omit<Rules, 'pageSize'> & {
  readonly people: readonly { readonly isFollowing: boolean; readonly isBound: boolean }[]
  /** Whether a walk is complete and worked in already. */
  readonly isWalked: boolean
}

export type World = Awaited<ReturnType<typeof openWorld>>

const pageSize = 2
const startedAt = Date.parse('2026-11-22T12:00:00+08:00')
const dayMs = 86_400_000
/** Whatever is under way has an end long before so many rounds. */
const patience = 200
const whole = { action: 'walk', isShort: false, everyone: false } as const

/** Opens a world. */
export async function openWorld(setup: Setup, open: Open = inMemory) {
  const schedule = openSchedule(startedAt, () => judge.see('out of time'))
  const { now } = schedule
  const people = openPeople(setup.people.length, now, { ...setup, pageSize })
  const judge = openJudge(people, schedule)
  const { see, demand } = judge
  const backend = open(schedule, judge)
  const queue = openMessageQueue(now, judge.queued)
  const processes = openProcesses({ schedule, people, judge, queue, backend })
  let isRebound = false

  const tell = async (event: WeChatEvent, told: Told) => {
    const push = async (bodies: readonly unknown[]) => queue.put(bodies)
    const deps = { appid: officialAppid, followers: { push }, receipts: { push }, log: noLog }
    const times = { never: 0, once: 1, twice: 2 }[told]
    for (let time = 0; time < times; time++) await handleEvent(event, deps)
  }
  const follow = (person: Person, told: Told) => {
    if (isFollowing(person)) return
    see(told === 'never' ? 'follows unseen' : 'follows')
    people.follow(person)
    return tell({ kind: 'follow', openid: person.openid, at: people.seconds() }, told)
  }
  const unfollow = (person: Person, told: Told) => {
    if (!isFollowing(person)) return
    see(told === 'never' ? 'leavings unseen' : 'leavings')
    people.unfollow(person)
    return tell({ kind: 'unfollow', openid: person.openid, at: people.seconds() }, told)
  }
  const forget = (person: Person, how: How, told: Told) => {
    see('wishes to be forgotten')
    const [isMini, unionid, at] = [how === 'revoke-mini', unionidOf(person), people.seconds()]
    person.wishes.push({ at, app: isMini ? 'mini' : 'official', unionid, doneAt: Infinity })
    if (how === 'cancel') people.unfollow(person)
    const [appid, openid] = isMini ? [miniAppid, person.miniOpenid] : [officialAppid, person.openid]
    return tell({ kind: 'erase', appid, openid, at, ...(unionid === undefined ? {} : { unionid }) }, told)
  }
  const bind = (person: Person) => {
    if (!person.isBound) see('unionids found late')
    people.bind(person)
  }
  const rebind = () => {
    see('moves to another Open Platform account')
    people.rebind()
    isRebound = true
  }

  const steps = async (picks: readonly number[]) => {
    for (const pick of picks) {
      const due = schedule.due()
      const step = due[pick % due.length]
      if (step === undefined) return
      see('steps')
      await schedule.take(step, { isSlow: pick % 3 === 0 })
    }
  }
  const processOf = ({ who, slot }: Target) => {
    const alive = processes.alive().filter(it => slot === undefined || it.name.startsWith(slot))
    return alive[who % alive.length]
  }
  /** One process goes on alone; it is the others that are late. */
  const advance = async (target: Target, times: number) => {
    const process = processOf(target)
    for (let time = 0; process !== undefined && time < times; time++) {
      const [step] = schedule.dueOf(process)
      if (step === undefined) return
      see('steps')
      await schedule.take(step)
    }
  }
  const fail = async (pick: number) => {
    const due = schedule.due()
    const step = due[pick % due.length]
    if (step === undefined) return
    see('requests failed')
    await schedule.take(step, { fails: true })
  }
  const kill = (target: Target, arrives: boolean) => {
    const process = processOf(target)
    if (process === undefined) return
    see('killed')
    schedule.kill(process, arrives)
  }
  const double = (pick: number) => {
    if (!queue.isEmpty()) see('messages twice')
    queue.double(pick)
  }

  const personAt = (who: number): Person => {
    const person = people.all[who % people.all.length]
    if (person === undefined) throw new Error('nobody lives here')
    return person
  }
  const perform = (deed: Deed): unknown => {
    switch (deed.do) {
      case 'steps':
        return steps(deed.picks)
      case 'advance':
        return advance(deed, deed.times)
      case 'pass':
        return schedule.pass(deed.ms)
      case 'walk':
        return void processes.walk(deed.slot, { ...deed, everyone: false })
      case 'consume':
        return void processes.consume(deed.slot, deed)
      case 'revisit':
        return void processes.revisit()
      case 'logIn':
        return void processes.login(personAt(deed.who))
      case 'fail':
        return fail(deed.pick)
      case 'kill':
        return kill(deed, deed.arrives)
      case 'double':
        return double(deed.pick)
    }
  }
  const happen = (it: Happening): unknown => {
    switch (it.do) {
      case 'follow':
        return follow(personAt(it.who), it.told)
      case 'unfollow':
        return unfollow(personAt(it.who), it.told)
      case 'bind':
        return bind(personAt(it.who))
      case 'rebind':
        return rebind()
      case 'forget':
        return forget(personAt(it.who), it.how, it.told)
    }
  }
  const act = async (action: Action) => {
    // No two things happen in one instant, but many in one second.
    await schedule.pass(1)
    await (isHappening(action) ? happen(action) : perform(action))
    await settle()
  }

  /** Whoever is at work ends. */
  const finish = async () => {
    for (let round = 0; !schedule.isEmpty(); round++) {
      if (round > 10 * patience) return demand(false, 'whoever is at work has an end')
      const [step] = schedule.due()
      if (step === undefined) await schedule.pass(schedule.untilNext())
      else await schedule.take(step)
    }
  }
  /** Every message is delivered. */
  const drain = async () => {
    for (let round = 0; !queue.isEmpty(); round++) {
      if (round > patience) return demand(false, 'every message is worked in at last')
      await schedule.pass(queue.untilVisible())
      await processes.consume(0, { from: 0, count: 10 })
    }
  }
  const walkWhole = async (everyone: boolean) => {
    for (let round = 0; round < patience; round++) {
      await processes.walk(0, { ...whole, everyone })
      const { current } = await backend.stores.walks.state()
      if (current === undefined) return drain()
    }
    demand(false, 'a walk is complete at last')
  }

  /** Nobody is killed any more, nothing else happens, and everything is told and looked at once. */
  const end = async () => {
    await finish()
    schedule.setFree(true)
    await drain()
    await judgeTraces()
    // What is under way may have begun before the latest that happened.
    if ((await backend.stores.walks.state()).current !== undefined) await walkWhole(false)
    await schedule.pass(61_000)
    await walkWhole(isRebound)
    await schedule.pass(7 * dayMs + 1000)
    await processes.revisit()
    await drain()
    await judgeEnd()
  }
  const judgeEnd = async () => {
    const excused = judge.excused()
    for (const person of people.all) {
      for (const { address, reach } of truthsOf(person, excused)) {
        const [found] = await backend.stores.links.resolve([address])
        const is = found === undefined ? 'unknown' : reachOf(address, found)
        const may = [...reach].join(' or ')
        demand(reach.has(is), `${Object.keys(address)[0]} of person ${person.index} is ${is}, not ${may}`)
      }
    }
    await judgeTraces()
  }
  const judgeTraces = async () => {
    const { links, walks, journal } = backend.stores
    const { current, complete } = await walks.state()
    const pages = [current, complete].flatMap(it => (it === undefined ? [] : [walks.openids(it)]))
    const walked = (await Promise.all(pages.map(it => Array.fromAsync(it)))).flat(2)
    const noted = (await Array.fromAsync(journal.entries())).flatMap(it => [...it.follow, ...it.unfollow])
    const linked = [...(await links.followers(people.all.map(it => it.openid))).keys()]
    for (const { openid, index } of people.all.filter(isForgotten)) {
      demand(!walked.includes(openid), `person ${index} is in no page, for they are forgotten`)
      demand(!noted.includes(openid), `person ${index} is not in the journal, for they are forgotten`)
      demand(!linked.includes(openid), `person ${index} has no row, for they are forgotten`)
    }
  }

  const begin = async () => {
    for (const [index, { isBound, isFollowing: follows }] of setup.people.entries()) {
      if (isBound) people.bind(personAt(index))
      if (follows) people.follow(personAt(index))
    }
    if (!setup.isWalked) return
    schedule.setFree(true)
    await walkWhole(false)
    schedule.setFree(false)
    await schedule.pass(dayMs)
  }

  await begin()
  return { act, end, seen: judge.seen, violations: judge.violations }
}

const noLog = { info: () => undefined, warn: () => undefined, error: () => undefined }

function isHappening(it: Action): it is Happening {
  return ['follow', 'unfollow', 'bind', 'rebind', 'forget'].includes(it.do)
}
