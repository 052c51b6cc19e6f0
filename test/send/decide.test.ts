/** What is decided of an event by what is known of it. The table is printed. */

import { afterAll, describe, expect, it } from 'vitest'
import { openApp } from '../../kit/app.ts'
import { memoryGate, memoryLinking, memoryTokens } from '../../kit/memory-stores.ts'
import { silentLog as log, silentMetrics } from '../../kit/silent.ts'
import { logOf, metricsOf } from '../../lib/of-app.ts'
import { decide } from '../../lib/send/decide.ts'
import { nothingKnown } from '../../lib/send/load.ts'
import type { Decision } from '../../lib/send/outcome.ts'
import { parse } from '../../lib/send/parse.ts'
import { createGate } from '../../lib/send/send-gate.ts'
import type { Loaded } from '../../lib/send/stages.ts'
import { stageApps } from '../idle-pair.ts'
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
const [app] = stageApps.officials
const ops = { log: logOf(app, log), metrics: metricsOf(app, silentMetrics) }
const account = {
  ...openApp({ tokens: memoryTokens(), url: 'http://127.0.0.1:9' }),
  ...{ gate: memoryGate(), linking: memoryLinking(() => now), ...ops, app, templates },
  ...{ trouble: new Set<string>(), minute: { minute: 0, accepted: 0 } },
}
const gate = createGate({}, 0, { ...account, now: () => now, random: () => 0 })
const open = { closedUntil: 0, reservedUntil: 0, errcode: 45009 }
const closed = { ...open, closedUntil: now + minute }
const reserved = { ...open, reservedUntil: now + minute }

const follower = { known: true, openid, following: true }
const sent = { since: now - minute, windows: 1, why: 'no answer', official: app.appid }
const longAgo = { ...sent, since: now - 11 * minute }
const accepted = { id: 'order-1', state: 'accepted', attempts: 1, at: '' } as const
const deferral = { kind: 'deferred', leastSeconds: 0, cause: 'ourselves', why: 'no tables' } as const

const good = event('order-1', { openid })
const expired = { ...good, expiresAt: '2020-01-01T00:00:00Z' }
const bad = { ...good, colour: 'red' }
const gentle = { ...good, template: 'gentle' }
const urgent = { ...good, template: 'urgent' }
const byMini = event('order-1', { miniOpenid: id('mini') })

type Case = readonly [
  what: string,
  decided: string,
  how?: { readonly known?: Partial<Loaded>; readonly body?: object; readonly gate?: typeof open },
]

const doubtful = 'in-doubt: a try of over ten minutes ago may have sent it (no answer)'
const usedUp = 'parked: the quota is used up'
const unreadable = 'deferred: its delivery cannot be read'
const unbound = { known: true, following: false }
const stranger = { known: false, following: false }
const isDone = { isDone: true, delivery: accepted }
const cases: readonly Case[] = [
  ['a follower', 'send'],
  ['somebody of whom the links have not heard', 'look-up', { known: { person: stranger } }],
  ['somebody who has left, by the links', 'look-up', { known: { person: { ...follower, following: false } } }],
  [
    'a person of the mini program without a unionid',
    'dropped: no-unionid',
    { body: byMini, known: { person: unbound } },
  ],
  [
    'a person whose row is damaged',
    'deferred: the link of this person cannot be read',
    { known: { person: undefined } },
  ],
  ['an event that has expired', 'dropped: expired', { body: expired }],
  ['an event with a field too much', 'rejected: colour is not a field of an event', { body: bad }],
  ['an event that is on a phone', 'repeated', { known: isDone }],
  ['one that another copy ended just now', 'repeated', { known: { isDone: true } }],
  ['one that is on a phone, and expired since', 'repeated', { known: isDone, body: expired }],
  ['an event whose row is damaged', unreadable, { known: { isUnreadable: true } }],
  ['one whose row is damaged, and that expired', unreadable, { known: { isUnreadable: true }, body: expired }],
  ['one that may have been sent a minute ago', 'send', { known: { uncertainty: sent } }],
  ['one that may have been sent in two windows', doubtful, { known: { uncertainty: { ...sent, windows: 2 } } }],
  ['one that may have been sent long ago', doubtful, { known: { uncertainty: longAgo } }],
  ['the same, rather twice than never', 'send', { known: { uncertainty: longAgo }, body: gentle }],
  ['one that another invocation may be sending', 'send', { known: { isInFlight: true } }],
  ['a follower, while the quota is used up', usedUp, { gate: closed }],
  ['a follower, while the rest is kept', 'parked: the rest of the quota is kept for urgent ones', { gate: reserved }],
  ['an urgent one, while the rest is kept', 'send', { body: urgent, gate: reserved }],
  ['an expired event, while the quota is used up', 'dropped: expired', { body: expired, gate: closed }],
  ['one that may have been sent long ago, and no quota', doubtful, { known: { uncertainty: longAgo }, gate: closed }],
  ['an unknown person, while the quota is used up', usedUp, { known: { person: undefined }, gate: closed }],
  ['any event, while the tables do not answer', 'deferred: no tables', { known: { deferral } }],
  ['a bad event, while the tables do not answer', 'deferred: no tables', { known: { deferral }, body: bad }],
]

const table: string[] = []
afterAll(() => {
  process.stdout.write(`\nwhat is decided\n${table.join('\n')}\n`)
})

describe('an event is decided on', () => {
  it.for(cases)('%s: %s', ([what, decided, { known = {}, body = good, gate: at = open } = {}]) => {
    const loaded = {
      ...parse(arrival(body), { accounts: [account], minis: stageApps.minis }),
      ...nothingKnown(gate),
      person: follower,
      ...known,
    }
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
