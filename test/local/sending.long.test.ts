/** What sending promises on bad days, on the whole local stack: the real functions, queues and tables, against a box that fails. */

import type { MessageAttributeValue } from '@aws-sdk/client-sqs'
import { describe, expect, it } from 'vitest'

import { inParallel } from '../../lib/pool.ts'
import { openForAll } from '../for-all.ts'
import { type Attributes, type Event, event, events, openSendingStack, path } from './sending-stack.ts'
import { eventually } from './whole-stack.ts'

const stack = openForAll(() => openSendingStack())

const taken = expect.stringMatching(/^(accepted|delivered)$/)
const sorted = (list: readonly unknown[]) => list.toSorted()
const idsOf = (list: readonly Event[]) => sorted(list.map(it => it.id))

describe('a message', { timeout: 90_000 }, () => {
  it('whose answer was lost, and which then expired, is in doubt and never dropped; its id sends no second one', async () => {
    const who = await stack.follower()
    await stack.box('/faults', { path, kind: 'reset-after', times: 2 })
    const lost = event('expired', who.openid, { expiresAt: new Date(Date.now() + 4000).toISOString() })
    await stack.push([lost])
    await eventually(() => stack.phone(who), ['expired'])
    await eventually(() => stack.delivery('expired'), expect.objectContaining({ state: 'in-doubt' }))
    await stack.push([event('expired', who.openid), event('after', who.openid)])
    await eventually(() => stack.phone(who), ['expired', 'after'])
    expect(await stack.delivery('expired')).toMatchObject({ state: 'in-doubt' })
  })

  it('whose repeat WeChat refuses as a duplicate is accepted', async () => {
    const who = await stack.follower()
    await stack.box('/templates', { duplicates: 'error' })
    await stack.box('/faults', { path, kind: 'errcode', errcode: -1, processed: true })
    await stack.push([event('told-by-45065', who.openid)])
    await eventually(() => stack.stateOf('told-by-45065'), taken)
    await stack.box('/templates', { duplicates: 'same' })
    expect(await stack.phone(who)).toEqual(['told-by-45065'])
  })

  it('goes to somebody who follows and is not linked yet', async () => {
    const who = await stack.person('silently')
    await stack.push([event('welcome', who.openid)])
    await eventually(() => stack.phone(who), ['welcome'])
    await eventually(() => stack.api(`/reach?openid=${who.openid}`), { reach: 'reachable' })
  })
})

describe('neighbours', { timeout: 90_000 }, () => {
  it('of events whose attributes a producer got wrong are sent once, and so are those', async () => {
    const who = await stack.follower()
    const odd: readonly Attributes[] = [
      { attempts: text('first') },
      { since: text('x') },
      { doubtSince: text('NaN') },
      { attempts: text('1e400'), since: text('9'.repeat(400)) },
      { attempts: { DataType: 'Binary', BinaryValue: Uint8Array.from([0, 255]) } },
    ]
    // A hundred receipts at once would keep a busy machine from answering anything else.
    await stack.box('/callback', { hold: true })
    const all = events('odd', 100, who.openid)
    await stack.push(all, index => (index % 10 === 0 ? (odd[(index / 10) % odd.length] ?? {}) : {}))
    await eventually(async () => sorted(await stack.phone(who)), idsOf(all))
    await stack.push([event('odd-last', who.openid)])
    await eventually(async () => (await stack.phone(who)).length, 101)
    await inParallel(all, 2, ({ id }) => eventually(() => stack.stateOf(id), 'accepted'))
    await stack.box('/callback', { hold: false })
  })

  it('of a person whom WeChat sends no more to for now are not held up', async () => {
    const [tired, other] = [await stack.follower(), await stack.follower()]
    await stack.box(`/people/${tired.id}/block`, { how: 'often' })
    await stack.push(events('tired', 12, tired.openid))
    const before = await stack.sends()
    await eventually(async () => (await stack.sends()) >= before + 6, true)
    const all = events('fresh', 20, other.openid)
    await stack.push(all)
    await eventually(async () => sorted(await stack.phone(other)), idsOf(all), 15_000)
    await stack.box(`/people/${tired.id}/block`, { how: 'none' })
    expect(await stack.phone(tired)).toEqual([])
  })
})

describe('a quota of 60 a minute', () => {
  it('lets 150 messages through in its time, with few calls that it refuses', { timeout: 400_000 }, async () => {
    const who = await stack.follower()
    const before = await stack.sends()
    await stack.box('/quota', { app: 'official', path, minute: 60 })
    const all = events('limited', 150, who.openid)
    await stack.push(all)
    await eventually(async () => sorted(await stack.phone(who)), idsOf(all), 360_000)
    const calls = (await stack.sends()) - before
    process.stdout.write(`150 messages at 60 a minute: ${calls} calls of template/send\n`)
    expect(calls).toBeLessThanOrEqual(225)
  })
})

function text(StringValue: string): MessageAttributeValue {
  return { DataType: 'String', StringValue }
}
