/** `./queqiao redrive` as a process, beside the local stack's SQS. */

import { once } from 'node:events'
import type { Readable } from 'node:stream'

import { afterEach, describe, expect, it } from 'vitest'

import { createClosing } from '../../local/closing.ts'
import { canary } from '../canary.ts'
import { onAws, runTool, startTool } from './run-tool.ts'
import { openQueues } from './stores.ts'

let closing = createClosing()
afterEach(async () => {
  await closing.close()
  closing = createClosing()
})

const eventOf = (id: string) =>
  JSON.stringify({ id, to: { openid: canary.openid }, template: 'order-paid', data: { name1: '王小明' } })
const idOf = ({ Body = '{}' }: { Body?: string | undefined }): string => JSON.parse(Body).id

async function openStage(stage = 'local') {
  const queues = await openQueues(stage, closing)
  return { queues, env: { SQS_PORT: `${queues.port}` } }
}

/** Reads until events are in the hand of the command. */
async function untilItHolds(stdout: Readable): Promise<void> {
  let seen = ''
  stdout.setEncoding('utf8').on('data', chunk => {
    seen += chunk
  })
  while (!seen.includes('looked at')) await once(stdout, 'data')
}

describe('./queqiao redrive', () => {
  it('shows what waits by reason, names nobody, and gives it all back', async () => {
    const { queues, env } = await openStage()
    for (const id of ['a', 'b']) await queues.put('-dlq', eventOf(id), { reason: 'rejected: data.time3 is missing' })
    await queues.put('-review', eventOf('c'), { reason: 'in-doubt: no answer' })
    await queues.put('', eventOf('d'))
    await queues.crash('')

    const { code, stdout, stderr } = await runTool('redrive', [], env)

    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('queqiao-local-events-dlq: 3 events')
    expect(stdout).toMatch(/ 2 {2}\S+ \S+ in China {2}rejected: data\.time3 is missing \([ab]\)\n/)
    expect(stdout).toMatch(/ 1 {2}\S+ \S+ in China {2}received too often \(d\)\n/)
    expect(stdout).toMatch(/queqiao-local-events-review: 1 event\n.*\n.* in-doubt: no answer \(c\)\n/)
    expect([stdout.includes(canary.openid), stdout.includes('王小明')]).toEqual([false, false])
    expect((await queues.drain('-dlq')).map(idOf).toSorted()).toEqual(['a', 'b', 'd'])
    expect((await queues.drain('-review')).map(idOf)).toEqual(['c'])
  })

  it('moves those with the reason back into the queue of events, on AWS', async () => {
    const { queues } = await openStage('prod')
    for (let index = 0; index < 15; index++) await queues.put('-dlq', eventOf(`late${index}`), { reason: 'overdue: x' })
    await queues.put('-dlq', eventOf('bad'), { reason: 'rejected: x', attempts: '9', since: '1000' })
    const args = ['--stage', 'prod', '--reason', 'rejected', '--send']

    const { code, stdout } = await runTool('redrive', args, onAws({ sqs: queues.url }))

    expect(code).toBe(0)
    expect(stdout).toContain('✓ 1 of 1 moved back into queqiao-prod-events · 已移回')
    const [moved, ...others] = await queues.drain('')
    expect([moved?.Body, others]).toEqual([eventOf('bad'), []])
    expect(moved?.MessageAttributes).toEqual({ since: { DataType: 'String', StringValue: '1000' } })
    expect(await queues.drain('-dlq')).toHaveLength(15)
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('gives all back on %s', async signal => {
    const { queues, env } = await openStage()
    for (const id of ['a', 'b']) await queues.put('-dlq', eventOf(id), { reason: 'rejected: x' })
    const child = startTool('redrive', [], env)
    const closed = once(child, 'close')
    await untilItHolds(child.stdout)
    child.kill(signal)

    expect(await closed).toEqual([130, null])

    expect((await queues.drain('-dlq')).map(idOf).toSorted()).toEqual(['a', 'b'])
  })

  // Behind `| head` the first line that nobody reads would end the process, and hide all events for minutes.
  it('gives all back when nobody reads its output', async () => {
    const { queues, env } = await openStage()
    for (const id of ['a', 'b']) await queues.put('-dlq', eventOf(id), { reason: 'rejected: x' })
    const child = startTool('redrive', [], env)
    const closed = once(child, 'close')
    await untilItHolds(child.stdout)
    child.stdout.destroy()

    expect(await closed).toEqual([130, null])

    expect((await queues.drain('-dlq')).map(idOf).toSorted()).toEqual(['a', 'b'])
  })

  it('ends with 2 for what cannot be meant, with 1 where nobody answers', async () => {
    expect(await runTool('redrive', ['--send'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--reason'),
    })
    const { code, stderr } = await runTool('redrive', [], { SQS_PORT: '1' })
    expect([code, stderr]).toEqual([1, expect.stringContaining('start it with npm start')])
  })
})
