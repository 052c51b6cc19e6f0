/** `./queqiao redrive` as a process, beside the local stack's SQS. */

import { once } from 'node:events'
import type { Readable } from 'node:stream'

import { describe, expect, it } from 'vitest'

import { canary } from '../canary.ts'
import { onAws, runTool, startTool } from './run-tool.ts'
import { openQueues } from './stores.ts'

const eventOf = (id: string) =>
  JSON.stringify({ id, to: { openid: canary.openid }, template: 'order-paid', data: { name1: '王小明' } })
const idOf = ({ Body = '{}' }: { Body?: string | undefined }): string => JSON.parse(Body).id

async function openStage(stage = 'local') {
  const queues = await openQueues(stage)
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

  type Running = ReturnType<typeof startTool>
  const signals = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map(
    it => [it, (child: Running) => child.kill(it)] as const,
  )

  it.each<readonly [string, (child: Running) => unknown]>([
    ...signals,
    // Behind `| head` the first line that nobody reads would end the process, and hide all events for minutes.
    ['when nobody reads its output', child => child.stdout.destroy()],
  ])('gives all back: %s', async (_, leave) => {
    const { queues, env } = await openStage()
    for (const id of ['a', 'b']) await queues.put('-dlq', eventOf(id), { reason: 'rejected: x' })
    const child = startTool('redrive', [], env)
    const closed = once(child, 'close')
    await untilItHolds(child.stdout)
    leave(child)

    expect(await closed).toEqual([130, null])

    expect((await queues.drain('-dlq')).map(idOf).toSorted()).toEqual(['a', 'b'])
  })
})
