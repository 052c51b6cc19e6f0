/** The timeline, held against what the box did and what the tables say, whatever WeChat answers. */

import fc from 'fast-check'
import { expect, it } from 'vitest'

import { appids, boxApps as apps } from '../../kit/app.ts'
import { getTimeline } from '../../lib/console/timeline.ts'
import { clientMsgIdOf } from '../../lib/send/kinds/template-message.ts'
import { keepReceipts } from '../../lib/send/receipts.ts'
import { createHistory } from '../../local/history/history.ts'
import { openPhones } from '../../local/history/phones.ts'
import { id } from '../ids.ts'
import { arrival, data, event, openSend, path, requeued, toUnion } from '../send/send-world.ts'

const faults = [
  { kind: 'errcode', errcode: -1 },
  { kind: 'errcode', errcode: 45011 },
  { kind: 'errcode', errcode: 43004 },
  { kind: 'errcode', errcode: 43101 },
  { kind: 'errcode', errcode: 47003 },
  { kind: 'errcode', errcode: 45009 },
  { kind: 'reset-after' },
  { kind: 'empty-200' },
] as const
const move = fc.record({
  who: fc.constantFrom('follower', 'follower', 'follower', 'nobody'),
  what: fc.constantFrom('good', 'good', 'good', 'bad', 'late'),
  fault: fc.option(fc.constantFrom(...faults), { nil: undefined, freq: 3 }),
  receipt: fc.constantFrom('success', 'failed:user block', undefined),
  isEarly: fc.boolean(),
})
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never

/** Opens the sender with a console that reads its log. */
async function openWatched() {
  const world = await openSend()
  const { control, deliveries, lines, now, phone, log, queue } = world
  const history = createHistory({ apps: () => apps, now })
  const phones = openPhones(() => ({ messagesBy: sent => phone().filter(it => it.clientMsgId === sent) }))
  let read = 0
  const watch = () => {
    for (const { level, event: message, fields } of lines.slice(read))
      history.add(JSON.stringify({ level: level.toUpperCase(), message, timestamp: new Date(now()), ...fields }))
    read = lines.length
  }
  /** Calls to send that reached the box, each with what it asked. */
  const calls = async (name: string) => {
    const all = (await control('/exchanges')) as { id: number; path: string }[]
    const sends = await Promise.all(all.filter(it => it.path === path).map(it => control(`/exchange?id=${it.id}`)))
    return (sends as { question: string }[]).filter(it => it.question.includes(clientMsgIdOf(name)))
  }
  const keep = async (name: string, status: string) => {
    const msgid = phone().find(it => it.clientMsgId === clientMsgIdOf(name))?.msgid
    if (msgid === undefined) return
    const receipt = { messageId: 'a', official: appids.official, msgid, status, at: now() / 1000, receives: 1 }
    await keepReceipts([receipt], { deliveries, log })
  }
  const timeline = (name: string) => getTimeline(name, { deliveries, apps, history, phones })
  return { ...world, watch, calls, keep, timeline, queue }
}
type Watched = Awaited<ReturnType<typeof openWatched>>

/** Plays one event; what comes back into the queue comes once more. */
async function play(world: Watched, name: string, { who, what, fault, receipt, isEarly }: Move): Promise<void> {
  const { control, send, follower, watch, keep, queue, tick } = world
  const to = who === 'follower' ? toUnion(await follower()) : { unionid: id('uNobodyKnowsThisPerson000000') }
  const more = { good: {}, bad: { data: { ...data, amount2: 'much' } }, late: { expiresAt: '2020-01-01T00:00:00Z' } }[
    what
  ]
  if (fault !== undefined) await control('/faults', { path, ...fault })
  const left = await send([arrival(event(name, to, more))])
  if (isEarly && receipt !== undefined) await keep(name, receipt)
  watch()
  tick(300_000)
  const again = queue.again.splice(0).map(requeued)
  const back = left.map(it => ({ ...it, receives: 2, attempts: 2 }))
  if (again.length + back.length > 0) await send([...again, ...back])
  if (!isEarly && receipt !== undefined) await keep(name, receipt)
  watch()
  await control('/faults', undefined, 'DELETE')
}

it('tells each call, each message on a phone, and the state that the tables have, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 4 }), async moves => {
      const world = await openWatched()
      for (const [at, it] of moves.entries()) await play(world, `order-${at}x`, it)
      for (const [at, it] of moves.entries()) await compare(world, `order-${at}x`, it)
    }),
    { numRuns: 40 },
  )
})

async function compare(
  { timeline, calls, phone, stateOf, now }: Watched,
  name: string,
  { fault }: Move,
): Promise<void> {
  const { steps, delivery } = await timeline(name)
  const of = (step: string) => steps.filter(it => it.step === step)
  // The transport makes a call twice whose kept connection was lost: to the sender that is one.
  const lost = fault?.kind === 'reset-after' ? 1 : 0
  const made = (await calls(name)).length
  expect([made, made - lost], 'calls').toContain(of('called').length)
  const arrived = phone().filter(it => it.clientMsgId === clientMsgIdOf(name))
  expect(of('arrived').map(it => 'msgid' in it && it.msgid)).toEqual(arrived.map(it => it.msgid))
  const table = await stateOf(name)
  expect(delivery?.state).toBe(table?.state)
  // A receipt may come before the sender knows that WeChat took the message.
  const last = of('receipt')[0] ?? steps.findLast(it => 'state' in it)
  if (table !== undefined) expect(last).toMatchObject({ state: table.state })
  expect(of('pushed')).toHaveLength(1)
  // What two witnesses tell is told once.
  for (const it of ['accepted', 'ended', 'receipt']) expect(of(it).length, it).toBeLessThanOrEqual(1)
  const times = steps.flatMap(it => ('at' in it && it.step !== 'arrived' ? Date.parse(it.at) : []))
  expect(times).toEqual(times.toSorted((one, other) => one - other))
  expect(Math.max(...times)).toBeLessThanOrEqual(now())
}
