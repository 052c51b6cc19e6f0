/** The end of a play: everything is told and worked in, and what came of it is compared with what is true. */

import type { OfficialAccount } from '../../lib/apps.ts'
import { personIn, reachOf } from '../../lib/followers/link.ts'
import type { OfficialAppId } from '../../lib/identifiers.ts'
import { accounts } from './accounts.ts'
import type { Parts } from './deeds.ts'
import { openidOf, type Person } from './people.ts'
import type { Backend } from './stores.ts'
import { isForgotten, truthsOf } from './truth.ts'

const dayMs = 86_400_000
const leaseOverMs = 61_000
/** Whatever is under way has an end long before so many rounds. */
const patience = 200
const whole = { action: 'sync', isShort: false } as const

/** Makes what comes last, `end`; `syncWhole` syncs at once, and works in what it tells. */
export function openEnding({ schedule, people, queue, judge, processes, backend }: Parts & { backend: Backend }) {
  const { demand } = judge

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
  const syncAccount = async (account: number, { appid }: OfficialAccount, everyone: boolean) => {
    for (let round = 0; round < patience; round++) {
      await processes.sync(0, { ...whole, everyone, account })
      const { current } = await backend.stores.account(appid).syncRuns.state()
      if (current === undefined) return drain()
    }
    demand(false, 'a sync run is complete at last')
  }
  const syncWhole = async (everyone: boolean) => {
    for (const [account, app] of accounts.entries()) await syncAccount(account, app, everyone)
  }

  /** Nobody is killed any more, nothing else happens, and everything is told and looked at once. */
  const end = async () => {
    await finish()
    schedule.setFree(true)
    await drain()
    await judgeTraces()
    // What is under way may have begun before the latest that happened.
    for (const [account, app] of accounts.entries()) {
      const { current } = await backend.stores.account(app.appid).syncRuns.state()
      if (current !== undefined) await syncAccount(account, app, false)
    }
    await schedule.pass(leaseOverMs)
    // Only when told to, a sync run looks up again who is linked.
    await syncWhole(people.hasMoved())
    await schedule.pass(7 * dayMs + 1000)
    await processes.revisit()
    await drain()
    await judgeEnd()
  }
  const judgeEnd = async () => {
    for (const person of people.all) await judgeReach(person)
    await judgeTraces()
    for (const { appid } of accounts) {
      const { linking } = backend.stores.account(appid)
      demand((await linking.waiting()) === 0, 'all that sync runs queued is counted as worked in')
      demand(!(await linking.isUnderWay()), 'nobody waits for a sync run that is worked in')
    }
  }
  const judgeReach = async (person: Person) => {
    const who = `person ${person.human.index} at ${person.official}`
    for (const { address, reach } of truthsOf(person, judge.excused())) {
      const [found] = await backend.stores.links.resolve([address])
      const seen = personIn(found, person.official)
      const is = seen === undefined ? 'unknown' : reachOf(seen)
      demand(reach.has(is), `${who}, by ${Object.keys(address).at(-1)}, is ${is}, not ${[...reach].join(' or ')}`)
    }
  }
  const judgeTraces = async () => {
    for (const { appid } of accounts) await judgeTracesAt(appid)
  }
  const judgeTracesAt = async (official: OfficialAppId) => {
    const { syncRuns, journal } = backend.stores.account(official)
    const own = people.all.filter(it => it.official === official)
    const { current, complete } = await syncRuns.state()
    const pages = [current, complete].flatMap(it => (it === undefined ? [] : [syncRuns.openids(it)]))
    const listed = (await Promise.all(pages.map(it => Array.fromAsync(it)))).flat(2)
    const noted = (await Array.fromAsync(journal.entries())).flatMap(it => [...it.follow, ...it.unfollow])
    const linked = [...(await backend.stores.links.of(official).followers(own.flatMap(it => it.openids))).keys()]
    // Where a sync run goes on is told by a person, whoever that is; the next page puts another in their place.
    const text = backend.text().replaceAll(`"next":"${current?.next}"`, '')
    for (const person of own.filter(isForgotten)) {
      const [openid, { index }] = [openidOf(person), person.human]
      demand(!listed.includes(openid), `person ${index} is in no page, for they are forgotten`)
      demand(!noted.includes(openid), `person ${index} is not in the journal, for they are forgotten`)
      demand(!linked.includes(openid), `person ${index} has no row, for they are forgotten`)
      demand(!text.includes(`${openid}"`), `person ${index} is nowhere, for they are forgotten`)
    }
  }

  return { syncWhole, end }
}
