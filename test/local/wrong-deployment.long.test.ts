/** A wrong deployment on the whole local stack: what waits for it says so, in little log, and goes once it is mended. */

import * as v from 'valibot'
import { expect, it } from 'vitest'

import { report } from '../../local/stage/doctor-report.ts'
import { openForAll } from '../for-all.ts'
import { events, openSendingStack } from './sending-stack.ts'
import { eventually } from './whole-stack.ts'

/** A refused deployment is tried again after 150 to 300 s. */
const oneTry = 330_000
const stack = openForAll(() => openSendingStack())

/** What the doctor says of the queues, if it finds something wrong. */
async function queuesByDoctor(): Promise<string | undefined> {
  const { checks } = v.parse(report, await stack.invoke('doctor', {}))
  return checks.find(it => it.name === 'queues' && it.status === 'wrong')?.words
}

it('under 40164 every event tells whom it takes and when it is tried next, and goes once it is mended', {
  timeout: 500_000,
}, async () => {
  const who = await stack.follower()
  const stuck = events('stuck', 20, who.openid)
  const ids = stuck.map(it => it.id)
  const statesOf = () => Promise.all(ids.map(stack.stateOf))
  const allowOnly = (addresses: readonly string[] | null) =>
    stack.box('/allow-list', { app: 'official', addresses, businessCalls: true })
  const lines = (name: string) => stack.lines.filter(it => it.includes(name))
  await allowOnly(['203.0.113.7'])
  await stack.push(stuck)

  await eventually(statesOf, Array(20).fill('waiting'))
  // None of them is visible in the queue by now: the doctor said that nothing was wrong.
  await eventually(queuesByDoctor, '20 in queqiao-local-events are deferred, to be retried later')
  const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  expect(await stack.delivery('stuck-7')).toEqual({
    id: 'stuck-7',
    from: 'official',
    state: 'waiting',
    reason: 'an operator must act: config: 40164',
    errcode: 40164,
    attempts: 1,
    at: instant,
    nextTryAt: instant,
    template: 'order-paid',
  })
  // Each batch tells the refusal once in full, and all others that meet it in one line.
  expect(lines('send.config').length + lines('send.no-token').length).toBeLessThanOrEqual(12)

  await allowOnly(null)
  await eventually(statesOf, Array(20).fill(expect.stringMatching(/^(accepted|delivered)$/)), oneTry)
  expect((await stack.phone(who)).toSorted()).toEqual(ids.toSorted())
})
