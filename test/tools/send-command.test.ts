/** `./queqiao send` as a process, beside the local stack's SQS and DynamoDB; the test does the sender's part. */

import { describe, expect, it } from 'vitest'

import { appids } from '../../kit/app.ts'

import { onAws, runTool } from './run-tool.ts'
import { openDeliveries, openQueues } from './stores.ts'

const values = ['--data', 'character_string1=1', '--data', 'amount2=¥88.00', '--data', 'time3=09:30']
const event = ['--to', 'unionid=uQ1w2E3r4T5y6U7i8O9p0AsDfGhJ', '--template', 'order-paid', ...values, '--id', 'a:paid']
const accepted = {
  id: 'a:paid',
  state: 'accepted',
  official: appids.official,
  msgid: '12',
  attempts: 1,
  at: '2026-11-22T04:00:00.000Z',
} as const

async function openStage(stage: string) {
  const [queues, { store, ...dynamodb }] = await Promise.all([openQueues(stage), openDeliveries(stage)])
  const local = { SQS_PORT: `${queues.port}`, DYNAMODB_PORT: `${dynamodb.port}` }
  return { queues, store, local, aws: onAws({ sqs: queues.url, dynamodb: dynamodb.url }) }
}

describe('./queqiao send', () => {
  it('pushes an event to the local stack, and follows it until its receipt', async () => {
    const { queues, store, local } = await openStage('local')
    const running = runTool('send', event, local)
    const message = await queues.receive('')
    await store.accept([accepted])
    await store.keepReceipt({ official: appids.official, msgid: '12' }, { state: 'delivered', at: accepted.at })

    const { code, stdout, stderr } = await running

    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({ id: 'a:paid', template: 'order-paid' })
    expect(stdout).toContain(`An event for queqiao-local-events (${queues.url})`)
    expect(stdout).toMatch(/✓ delivered · 已送达 .*\n$/)
  })

  it('does so on AWS, for a refusal', async () => {
    const { queues, store, aws } = await openStage('prod')
    const byId = ['--to', 'openid=a', '--template-id', 'x', '--data', 'thing1=a', '--id', 'a:paid']
    const running = runTool('send', [...byId, '--stage', 'prod', '--region', 'cn-north-1'], aws)
    await queues.receive('')
    await store.record({ ...accepted, state: 'dropped', reason: 'not-following' }, 'a copy')

    const { code, stdout } = await running

    expect(code).toBe(1)
    expect(stdout).toContain('An event for queqiao-prod-events (cn-north-1)')
    expect(stdout).toContain('not-following: The user must follow the Official Account.')
  })

  it('pushes nothing that would be rejected, and ends with 2', async () => {
    const { code, stdout, stderr } = await runTool('send', [...event.slice(0, 4), '--data', 'amount2=88元整'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('data.amount2 must be a currency sign and a number')
    expect(stderr).not.toContain('元整')
  })
})
