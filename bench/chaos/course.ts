/** The course of a wave's trouble: it begins, lasts so long by the clock of the run, and is over. */

import type { Death, Scene, Trouble } from './troubles.ts'

export type Course = {
  /** The wave begins. */
  start(): Promise<void>
  /** All that can be done at this time is done. */
  stillness(): Promise<void>
  /** When it is over (ms), if it is on; infinity otherwise. */
  endsAt(): number
  /** Ends it if its time has come, and tells whether it did. */
  endIfOver(): Promise<boolean>
  /** The wave is over. */
  finish(): Promise<void>
  death(): Death | undefined
  isThrottled(): boolean
  /** Whether messages may be doubled now. */
  mayDouble(): boolean
}

const never = Number.POSITIVE_INFINITY

/** Creates the course of a trouble; without one, nothing ever happens. */
export function createCourse(trouble: Trouble | undefined, scene?: Scene): Course {
  const state = { hasBegun: false, endsAt: never }
  const begin = async (from: Trouble['from']) => {
    if (trouble === undefined || scene === undefined || trouble.from !== from || state.hasBegun) return
    await trouble.begin?.(scene)
    Object.assign(state, { hasBegun: true, endsAt: Date.now() + trouble.minutes * 60_000 })
  }
  const end = async () => {
    state.endsAt = never
    if (scene !== undefined) await trouble?.end?.(scene)
    return true
  }
  const isOn = () => state.endsAt !== never
  return {
    start: () => begin('start'),
    stillness: () => begin('stillness'),
    endsAt: () => state.endsAt,
    endIfOver: async () => Date.now() >= state.endsAt && end(),
    finish: async () => void (isOn() && (await end())),
    death: () => (isOn() ? trouble?.death : undefined),
    isThrottled: () => isOn() && trouble?.isThrottled === true,
    mayDouble: () => !(isOn() && trouble?.putsOff === true),
  }
}
