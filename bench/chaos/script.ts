/** The box's script of one wave: which of the calls fail. */

import { type Control, callsOf } from '../../kit/control.ts'
import type { Random } from '../../kit/random.ts'
import { createDie } from './chance.ts'

export const sendPath = '/cgi-bin/message/template/send'

/** More calls than a wave can make, even if every fifth fails again and again. */
const callsPerEvent = 4
const perRequest = 500

/** Writes the script; `end` takes it back, and answers how many calls met it, of how many. */
export async function scriptFaults(control: Control, fault: object, events: number, random: Random) {
  const before = await callsOf(control, sendPath)
  const entries = entriesOf(fault, events * callsPerEvent + 200, random)
  for (let first = 0; first < entries.length; first += perRequest) {
    await control('/faults', entries.slice(first, first + perRequest))
  }
  return {
    async end() {
      const left = await control('/faults')
      await control('/faults', undefined, 'DELETE')
      const struck = entries.length - (Array.isArray(left) ? left.length : 0)
      return { struck, of: (await callsOf(control, sendPath)) - before }
    },
  }
}

/** An entry lets pass what no earlier one strikes, so it skips as many calls as pass before its own. */
function entriesOf(fault: object, calls: number, random: Random): object[] {
  const entries: object[] = []
  const strikes = createDie(random)
  let passed = 0
  for (let call = 0; call < calls; call++) {
    if (strikes()) entries.push({ path: sendPath, ...fault, skip: passed })
    else passed += 1
  }
  return entries
}
