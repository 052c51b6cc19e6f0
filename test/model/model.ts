/** A few people at WeChat, our stores and our queue, and the real use-cases as processes: all in one clock. */

import { type Deed, openDeeds } from './deeds.ts'
import { openEnding } from './ending.ts'
import { openProcesses } from './followers-processes.ts'
import { openJudge } from './judge.ts'
import { type Happening, openLife } from './life.ts'
import { openPeople, type Rules } from './people.ts'
import { openMessageQueue } from './queue.ts'
import { openSchedule, settle } from './schedule.ts'
import { openBackend } from './stores.ts'

export type Action = Happening | Deed

/** How a model begins. */
export type Setup = Omit<Rules, 'pageSize'> & {
  readonly people: readonly {
    readonly isFollowing: boolean
    readonly isBound: boolean
    /** Whether they follow the second account. */
    readonly followsOther?: boolean
  }[]
  /** Whether a sync run is complete and worked in already. */
  readonly isSynced: boolean
}

const pageSize = 2
const startedAt = Date.parse('2026-11-22T12:00:00+08:00')
const dayMs = 86_400_000

/** Opens a model. */
export async function openModel(setup: Setup) {
  const schedule = openSchedule(startedAt, () => judge.see('out of time'))
  const { now } = schedule
  const people = openPeople(setup.people.length, now, { ...setup, pageSize })
  const judge = openJudge(people, schedule)
  const backend = openBackend(schedule, judge)
  const queue = openMessageQueue(now, judge.queued)
  const processes = openProcesses({ schedule, people, judge, queue, backend })
  const parts = { schedule, people, queue, judge, processes }
  const happen = openLife(people, queue, judge)
  const perform = openDeeds(parts)
  const { syncWhole, end } = openEnding({ ...parts, backend })

  for (const [index, { isBound, isFollowing, followsOther }] of setup.people.entries()) {
    if (isBound) people.bind(people.at(index))
    if (isFollowing) people.follow(people.at(index))
    if (followsOther) people.follow(people.at(index, 1))
  }
  if (setup.isSynced) {
    schedule.setFree(true)
    await syncWhole(false)
    schedule.setFree(false)
    await schedule.pass(dayMs)
  }

  return {
    async act(action: Action) {
      // No two things happen in one instant, but many in one second.
      await schedule.pass(1)
      await (isHappening(action) ? happen(action) : perform(action))
      await settle()
    },
    end,
    seen: judge.seen,
    violations: judge.violations,
  }
}

function isHappening(it: Action): it is Happening {
  return ['follow', 'unfollow', 'move', 'bind', 'rebind', 'forget'].includes(it.do)
}
