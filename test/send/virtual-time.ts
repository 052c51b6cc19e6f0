/** Time that passes only while nothing else can go on: what happens at an instant says what waited for what, on any machine. */

import { setImmediate } from 'node:timers/promises'

/** So many turns of the event loop without a new timer: all that was ready has gone on. */
const quietTurns = 40
const mostTimers = 100_000

type Timer = { readonly at: number; readonly go: () => void }

export function openVirtualTime(start: number) {
  let now = start
  const timers: Timer[] = []

  const untilQuiet = async () => {
    for (let before = -1; before !== timers.length; ) {
      before = timers.length
      for (let turn = 0; turn < quietTurns; turn++) await setImmediate()
    }
  }
  const nextAt = () => {
    if (timers.length === 0) throw new Error('nothing goes on, and nothing is waited for')
    return Math.min(...timers.map(it => it.at))
  }
  const passTo = (at: number) => {
    now = Math.max(now, at)
    const due = timers.filter(it => it.at <= now)
    for (const it of due) timers.splice(timers.indexOf(it), 1)
    for (const it of due) it.go()
  }
  return {
    now: () => now,
    sleep: (ms: number) =>
      new Promise<void>(go => {
        timers.push({ at: now + ms, go })
      }),
    /** Lets time pass until the work has ended. */
    async during<T>(work: Promise<T>): Promise<T> {
      const end = watch(work)
      for (let passed = 0; passed < mostTimers; passed++) {
        await untilQuiet()
        if (end.isOver) return work
        passTo(nextAt())
      }
      throw new Error('it does not end')
    },
  }
}

function watch(work: Promise<unknown>) {
  const end = { isOver: false }
  const set = () => {
    end.isOver = true
  }
  work.then(set, set)
  return end
}
