/** One line of steps out of three witnesses: what was seen is finer, what the tables tell goes on where nobody looked. */

import type { Arrival, SeenStep } from './ports.ts'
import type { Step, ToldStep } from './steps.ts'

type Witnesses = {
  readonly told: readonly ToldStep[]
  readonly seen: readonly SeenStep[]
  readonly arrivals: readonly Arrival[]
}

/** Merges them: the same is told once. */
export function merge({ told, seen, arrivals }: Witnesses): Step[] {
  const tries = Math.max(0, ...seen.map(it => (it.step === 'received' ? it.count : 0)))
  const toldTries = Math.max(0, ...told.map(it => (it.step === 'tries' ? it.count : 0)))
  const isSeen = (it: ToldStep) => {
    if (it.step === 'tries') return it.count <= tries
    if (it.step === 'unanswered') return false
    // A try that was seen is told by what was seen: the table's code may be another event's, for which it was held.
    if (it.step === 'called') return tries >= toldTries
    return seen.some(one => one.step === it.step && 'state' in one && one.state === it.state)
  }
  const line = inOrder([...seen, ...told.filter(it => !isSeen(it))])
  return withArrivals(line, arrivals)
}

/** What has no time of its own stands first, as it is told. */
function inOrder(steps: readonly (SeenStep | ToldStep)[]): Step[] {
  const timeOf = (it: SeenStep | ToldStep) => ('at' in it ? it.at : 'since' in it ? it.since : '')
  return steps.toSorted((one, other) => Date.parse(timeOf(one) || first) - Date.parse(timeOf(other) || first))
}

const first = '1970-01-01T00:00:00Z'

/** By WeChat's clock, which is not ours: it stands behind the call that brought it. */
function withArrivals(line: readonly Step[], arrivals: readonly Arrival[]): Step[] {
  const call = line.findIndex(it => it.step === 'called' && ('failure' in it || it.errcode === 0))
  const place = call === -1 ? line.length : call + 1
  return line.toSpliced(place, 0, ...arrivals.map(it => ({ step: 'arrived', ...it }) as const))
}
