/** What processes do, and what becomes of them. */

import type { openProcesses } from './followers-processes.ts'
import type { Judge } from './judge.ts'
import type { People } from './people.ts'
import type { Choice, MessageQueue } from './queue.ts'
import type { Schedule } from './schedule.ts'

/** One of the processes that are alive, or the one in this slot. */
type Target = { readonly who: number; readonly slot?: string }
export type Deed =
  | { readonly do: 'steps'; readonly picks: readonly number[] }
  | ({ readonly do: 'advance'; readonly times: number } & Target)
  | { readonly do: 'pass'; readonly ms: number }
  | {
      readonly do: 'sync'
      readonly slot: number
      readonly account?: number
      readonly action: 'sync' | 'tick'
      readonly isShort: boolean
    }
  | ({ readonly do: 'consume'; readonly slot: number } & Choice)
  | { readonly do: 'logIn'; readonly who: number }
  | { readonly do: 'revisit' }
  | { readonly do: 'double' | 'fail'; readonly pick: number }
  | ({ readonly do: 'kill'; readonly arrives: boolean } & Target)

export type Parts = {
  readonly schedule: Schedule
  readonly people: People
  readonly queue: MessageQueue
  readonly judge: Judge
  readonly processes: ReturnType<typeof openProcesses>
}

/** Makes what does a deed. */
export function openDeeds({ schedule, people, queue, judge: { see }, processes }: Parts) {
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

  return (deed: Deed): unknown => {
    switch (deed.do) {
      case 'steps':
        return steps(deed.picks)
      case 'advance':
        return advance(deed, deed.times)
      case 'pass':
        return schedule.pass(deed.ms)
      case 'sync':
        return void processes.sync(deed.slot, { ...deed, everyone: false })
      case 'consume':
        return void processes.consume(deed.slot, deed)
      case 'revisit':
        return void processes.revisit()
      case 'logIn':
        return void processes.login(people.at(deed.who))
      case 'fail':
        return fail(deed.pick)
      case 'kill':
        return kill(deed, deed.arrives)
      case 'double':
        return double(deed.pick)
    }
  }
}
