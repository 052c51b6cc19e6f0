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
  const tally = createOutcomeTally(
    { count: (name, { outcome } = {}, times) => void told.push([name, outcome, times]) },
    false,
  )

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

it('counts by template as well only where that is asked for: each is a metric that costs money', () => {
  const countedBy = (isByTemplate: boolean) => {
    const told: string[] = []
    const count = (name: string, dimensions = {}, times = 1) =>
      void told.push([name, ...Object.values(dimensions), times].join(' '))
    const tally = createOutcomeTally({ count }, isByTemplate)
    for (const templateId of ['t1', 't2', 't1']) tally.note(templateId, ended('accepted'))
    tally.flush()
    return told
  }
  expect(countedBy(false)).toEqual(['MessageOutcome 0 3'])
  expect(countedBy(true)).toEqual(['MessageOutcome 0 3', 'TemplateOutcome 0 t1 2', 'TemplateOutcome 0 t2 1'])
})
