/** Who is linked and who was seen: all that one invocation knows of people, in one table. */

import type { OpenId } from '../identifiers.ts'
import { createOpenIdMarks } from './openid-marks.ts'

export type Roll = {
  /** Enters who was found to have unfollowed: if the list names them, they returned unseen, and count as not linked. */
  leave(openids: readonly OpenId[]): void
  /** Enters who was linked before; whoever left is to be entered first. */
  link(openids: readonly OpenId[]): void
  /** Enters who is seen in this sync run; answers those who were not seen before. */
  see(openids: readonly OpenId[]): readonly OpenId[]
  /** Tells of each, by its place in the list, whether they are linked. */
  linkedAmong(openids: readonly OpenId[]): (at: number) => boolean
  /** How many are linked. */
  readonly linked: number
  /** How many of those who were linked before, or had unfollowed meanwhile, have not been seen. */
  readonly missing: number
}

const [wasLinked, hasLeft, isSeen] = [1, 2, 4] as const

/** Creates an empty one, with room for as many people as are expected. */
export function createRoll(expected: number): Roll {
  const marks = createOpenIdMarks(expected)
  let [linked, missing] = [0, 0]
  return {
    leave: openids => void marks.add(openids, hasLeft),
    link(openids) {
      for (const before of marks.add(openids, wasLinked)) {
        if (!(before & wasLinked)) missing += 1
        if (!(before & (wasLinked | hasLeft))) linked += 1
      }
    },
    see(openids) {
      const before = marks.add(openids, isSeen)
      for (const it of before) if ((it & (wasLinked | isSeen)) === wasLinked) missing -= 1
      return openids.filter((_, at) => !((before[at] ?? 0) & isSeen))
    },
    linkedAmong(openids) {
      const now = marks.of(openids)
      return at => ((now[at] ?? 0) & (wasLinked | hasLeft)) === wasLinked
    },
    get linked() {
      return linked
    },
    get missing() {
      return missing
    },
  }
}
