/** What is decided of an event by what is known of it. The table is printed. */

import { afterAll, describe, expect, it } from 'vitest'
import { silentLog as log } from '../../kit/silent.ts'
import { decide } from '../../lib/send/decide.ts'
import { nothingKnown } from '../../lib/send/load.ts'
import type { Decision } from '../../lib/send/outcome.ts'
import { parse } from '../../lib/send/parse.ts'
import { createGate } from '../../lib/send/send-gate.ts'
import type { Loaded } from '../../lib/send/stages.ts'
import { memoryGate } from '../fakes/memory-stores.ts'
import { id } from '../ids.ts'
import { orderPaid } from '../world.ts'
import { arrival, event, pushedAt as now } from './send-world.ts'

const minute = 60_000
const openid = id('o-follower')
const templates = {
  'order-paid': orderPaid,
  gentle: { ...orderPaid, doubt: 'at-least-once' as const },
  urgent: { ...orderPaid, urgent: true },
}
const deps = { gate: memoryGate(), now: () => now, random: () => 0, log, minute: { minute: 0, accepted: 0 } }
const gate = createGate({}, 0, { ...deps, metrics: { count: () => undefined, gauge: () => undefined } })
const open = { closedUntil: 0, reservedUntil: 0, errcode: 45009 }
const closed = { ...open, closedUntil: now + minute }
const reserved = { ...open, reservedUntil: now + minute }

const follower = { known: true, openid, following: true }
const sent = { since: now - minute, windows: 1, why: 'no answer' }
const longAgo = { ...sent, since: now - 11 * minute }
const accepted = { id: 'order-1', state: 'accepted', attempts: 1, at: '' } as const
const deferral = { kind: 'deferred', leastSeconds: 0, cause: 'ourselves', why: 'no tables' } as const

const good = event('order-1', { openid })
const expired = { ...good, expiresAt: '2020-01-01T00:00:00Z' }
const bad = { ...good, colour: 'red' }
const gentle = { ...good, template: 'gentle' }
const urgent = { ...good, template: 'urgent' }
const byMini = event('order-1', { miniOpenid: id('mini') })

type Case = {
  readonly what: string
  readonly known?: Partial<Loaded>
  readonly body?: object
  readonly gate?: typeof open
  readonly decided: string
}

const doubtful = 'in-doubt: a try of over ten minutes ago may have sent it (no answer)'
const cases: readonly Case[] = [
  { what: 'a follower', decided: 'send' },
  {
    what: 'somebody of whom the links have not heard',
    known: { person: { known: false, following: false } },
    decided: 'look-up',
  },
  {
    what: 'somebody who has left, by the links',
    known: { person: { ...follower, following: false } },
    decided: 'look-up',
  },
  { what: 'a person of the mini program without a unionid', body: byMini, decided: 'dropped: no-unionid' },
  {
    what: 'a person whose row is damaged',
    known: { person: undefined },
    decided: 'deferred: the link of this person cannot be read',
  },
  { what: 'an event that has expired', body: expired, decided: 'dropped: expired' },
  { what: 'an event with a field too much', body: bad, decided: 'rejected: colour is not a field of an event' },
  { what: 'an event that is on a phone', known: { isDone: true, delivery: accepted }, decided: 'repeated' },
  { what: 'one that another copy ended just now', known: { isDone: true }, decided: 'repeated' },
  {
    what: 'one that is on a phone, and expired since',
    known: { isDone: true, delivery: accepted },
    body: expired,
    decided: 'repeated',
  },
  {
    what: 'an event whose row is damaged',
    known: { isUnreadable: true },
    decided: 'deferred: its delivery cannot be read',
  },
  {
    what: 'one whose row is damaged, and that expired',
    known: { isUnreadable: true },
    body: expired,
    decided: 'deferred: its delivery cannot be read',
  },
  { what: 'one that may have been sent a minute ago', known: { uncertainty: sent }, decided: 'send' },
  {
    what: 'one that may have been sent in two windows',
    known: { uncertainty: { ...sent, windows: 2 } },
    decided: doubtful,
  },
  { what: 'one that may have been sent long ago', known: { uncertainty: longAgo }, decided: doubtful },
  { what: 'the same, rather twice than never', known: { uncertainty: longAgo }, body: gentle, decided: 'send' },
  { what: 'one that another invocation may be sending', known: { isInFlight: true }, decided: 'send' },
  { what: 'a follower, while the quota is used up', gate: closed, decided: 'parked: the quota is used up' },
  {
    what: 'a follower, while the rest is kept',
    gate: reserved,
    decided: 'parked: the rest of the quota is kept for urgent ones',
  },
  { what: 'an urgent one, while the rest is kept', body: urgent, gate: reserved, decided: 'send' },
  { what: 'an expired event, while the quota is used up', body: expired, gate: closed, decided: 'dropped: expired' },
  {
    what: 'one that may have been sent long ago, and no quota',
    known: { uncertainty: longAgo },
    gate: closed,
    decided: doubtful,
  },
  {
    what: 'an unknown person, while the quota is used up',
    known: { person: undefined },
    gate: closed,
    decided: 'parked: the quota is used up',
  },
  { what: 'any event, while the tables do not answer', known: { deferral }, decided: 'deferred: no tables' },
  {
    what: 'a bad event, while the tables do not answer',
    known: { deferral },
    body: bad,
    decided: 'deferred: no tables',
  },
]

const table: string[] = []
afterAll(() => {
  process.stdout.write(`\nwhat is decided\n${table.join('\n')}\n`)
})

describe('an event is decided on', () => {
  it.each(cases)('$what: $decided', ({ what, known = {}, body = good, gate: at = open, decided }) => {
    const loaded = { ...parse(arrival(body), { templates }), ...nothingKnown(gate), person: follower, ...known }
    const said = words(decide(loaded, now, at))
    table.push(`${what.padEnd(54)}${said}`)
    expect(said).toBe(decided)
  })
})

function words(decision: Decision): string {
  if (decision.kind === 'ended') return `${decision.state}: ${decision.facts.reason}`
  if (decision.kind === 'parked') return `parked: ${decision.facts.reason}`
  return decision.kind === 'deferred' ? `deferred: ${decision.why}` : decision.kind
}
