import { expect, it } from 'vitest'
import type { Outcome } from '../../lib/send/outcome.ts'
import { createOutcomeTally } from '../../lib/send/outcome-tally.ts'
import { officialAppid } from '../ids.ts'

const ended = (state: 'accepted' | 'dropped' | 'rejected' | 'in-doubt', facts = {}): Outcome => ({
  kind: 'ended',
  state,
  facts,
})

it('counts all that are alike at once: by errcode, by why nobody was reached, else by what was done', () => {
  const told: unknown[] = []
  const tally = createOutcomeTally({ count: (name, { outcome } = {}, times) => void told.push([name, outcome, times]) })

  for (const outcome of [
    ended('accepted', { msgid: '1' }),
    ended('accepted', { msgid: '2', errcode: 40165 }),
    ended('dropped', { reason: 'not-following' }),
    ended('dropped', { errcode: 43004, reason: 'require subscribe' }),
    ended('rejected', { errcode: 47003 }),
    ended('in-doubt', { reason: 'a try of over ten minutes ago got no answer' }),
  ]) {
    tally.note('t1', outcome)
  }
  tally.note('t1', { kind: 'deferred', leastSeconds: 60, cause: 'person', why: 'busy' })
  tally.note('t1', { kind: 'unanswered', possibleSend: { at: 0, why: 'no answer', official: officialAppid } })
  tally.note('t1', { kind: 'parked', facts: { errcode: 45009 } })
  tally.flush()

  const alike = (outcome: string, times = 1) => ['MessageOutcome', outcome, times]
  expect(told).toEqual([
    alike('0', 2),
    ...['not-following', '43004', '47003', 'in-doubt', 'refused', 'unanswered', 'parked'].map(it => alike(it)),
  ])
})
