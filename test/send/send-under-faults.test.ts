/** What becomes of messages of which nobody knows whether they were sent; of those whose function was cut; and of others. */

import fc from 'fast-check'
import { afterAll, describe, expect, inject, it } from 'vitest'

import { openClient } from '../../kit/app.ts'
import { createRandom } from '../../kit/random.ts'
import { createTransport } from '../../lib/adapters/wechat/transport.ts'
import { clientMsgIdOf } from '../../lib/send/kinds/template-message.ts'
import { playSends } from '../processes/virtual-lambda.ts'
import { orderPaid } from '../world.ts'
import { again, arrival, event, openSend, path } from './send-world.ts'

/** The sender, whose calls nobody waits ten seconds for. */
async function openImpatient() {
  const world = await openSend()
  const { app, box, now, log, metrics } = world
  const transport = createTransport({ baseUrl: new URL(box.url), timeoutMs: 1_000 })
  const { sendTemplate } = openClient({ transport, now, log, metrics })
  return { ...world, wechat: { ...app('official').wechat, sendTemplate } }
}

describe('an answer that does not say whether the message was sent', () => {
  it.each([
    ['reset after the work', { kind: 'reset-after' }],
    ['a truncated body', { kind: 'truncated' }],
    ['a time-out', { kind: 'hang' }],
    ['an empty body', { kind: 'empty-200' }],
    ['-1, yet sent', { kind: 'errcode', errcode: -1, processed: true }],
  ])('%s: ends right, on the phone once, with at most one call more', async (_name, fault) => {
    const { one, to, send, wechat, control, calls, stateOf, phone, queue, tick } = await openImpatient()
    await send([arrival(event('before', to))], { wechat })
    const before = await calls(path)
    await control('/faults', { path, ...fault })

    const left = await send([one], { wechat })
    tick(10_000)
    if (left.length > 0) expect(await send(left.map(again), { wechat })).toEqual([])

    expect((await calls(path)) - before).toBe(2)
    expect(phone().filter(it => it.clientMsgId === clientMsgIdOf('order-1'))).toHaveLength(1)
    expect(await stateOf('order-1')).toMatchObject({ state: 'accepted' })
    expect(queue.aside).toEqual([])
  })
})

it('a template that WeChat does not know leaves the others of its batch alone', async () => {
  const { to, send, calls, stateOf, phone, queue } = await openSend()
  const templates = { 'order-paid': orderPaid, refused: { ...orderPaid, templateId: 'x'.repeat(43) } }
  const batch = Array.from({ length: 60 }, (_, index) =>
    arrival(event(`order-${index}`, to, { template: index % 2 ? 'refused' : 'order-paid' })),
  )

  expect(await send(batch, { templates })).toEqual([])

  expect([phone().length, queue.aside.length, await calls(path)]).toEqual([30, 30, 60])
  expect(new Set(queue.aside.map(it => it.slice(0, 21)))).toEqual(new Set(['dead-letter: rejected']))
  const states = await Promise.all(batch.map((_, index) => stateOf(`order-${index}`)))
  expect(states.map(it => it?.state)).toEqual(batch.map((_, index) => (index % 2 ? 'rejected' : 'accepted')))
})

describe('a thousand messages, an upstream of 5 s, and a function of 10 s', () => {
  const count = 1_000
  const figures = { runs: 0, cuts: 0 }
  afterAll(() => {
    const { runs, cuts } = figures
    process.stdout.write(`time-outs: ${runs} runs of ${count} messages, ${cuts} invocations cut at their limit\n`)
  })

  it('never makes a message both sent and failed, and sends each once', async () => {
    const run = fc.record({ seed: fc.nat(), slowForMs: fc.integer({ min: 0, max: 300_000 }), isCut: fc.boolean() })
    const check = async ({ seed, slowForMs, isCut }: { seed: number; slowForMs: number; isCut: boolean }) => {
      const chance = createRandom(seed)
      const random = () => chance(2 ** 32) / 2 ** 32
      const start = Date.parse('2026-11-22T12:00:00+08:00')
      // What was cut comes again while WeChat still knows it only if WeChat is well by then.
      const isSlow = (at: number) => at < start + (isCut ? slowForMs : 10 * slowForMs)
      const { arrived, aside, states, cuts } = await playSends(count, random, {
        wechat: at => (isSlow(at) ? 4_000 + random() * 2_500 : 300),
        // Slow tables in the first invocation: then its end comes before it has written down what was sent.
        tables: at => (isCut && at === start ? 3_000 : 30),
      })
      figures.runs += 1
      figures.cuts += cuts

      expect([arrived.length, new Set(arrived).size]).toEqual([count, count])
      expect(aside).toEqual([])
      expect(states).toEqual(Array(count).fill('accepted'))
    }
    await fc.assert(fc.asyncProperty(run, check), { seed: inject('seed'), numRuns: 100 })
    expect(figures.cuts).toBeGreaterThan(0)
  }, 300_000)
})
