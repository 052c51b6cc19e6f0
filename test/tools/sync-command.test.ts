/** `./queqiao sync` as a process, beside a stand-in for Lambda's API; test/local has the whole stack. */

import { describe, expect, it, vi } from 'vitest'

import { openSync } from '../../local/stage/open-sync.ts'
import { patience } from '../patience.ts'
import { type Answer, failure, type Invocation, openLambda, refusal, runBeside } from './lambda-api.ts'
import { runTool } from './run-tool.ts'
import { placeAt } from './session.ts'

const call = { needed: 1, remain: 9, limit: 10 }
const idle = { state: 'idle', pages: 0, followers: 0, total: 0, added: 0, removed: 0 }
const complete = { state: 'complete', pages: 1, followers: 7, total: 7, added: 7, removed: 0, beganAt: 1 }
const plan = { ...idle, plan: { followers: 7, userGet: call, batchget: call, fitsToday: true, days: 1 } }

/** What the function is to do. */
const actionOf = ({ order }: Invocation) => (order as { action: string }).action

/** What the function answers to one that syncs in no time. */
function answerSync() {
  let isSynced = false
  return (invocation: Invocation): Answer => {
    const action = actionOf(invocation)
    if (action === 'sync') isSynced = true
    return action === 'plan' ? { body: plan } : { body: isSynced ? complete : idle }
  }
}

describe('./queqiao sync', () => {
  it('syncs on AWS: the sync run is an event, all else is asked', async () => {
    const { code, stdout, stderr, invocations } = await runBeside(answerSync(), 'sync')

    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('stage prod (cn-north-1)')
    expect(stdout).toMatch(/✓ complete · 同步完成: 1 page, 7 followers, .*\n$/)
    expect(invocations.map(order => `${order.type} ${actionOf(order)}`)).toEqual([
      'RequestResponse status',
      'RequestResponse plan',
      'Event sync',
      'RequestResponse status',
    ])
    expect(new Set(invocations.map(order => order.name))).toEqual(new Set(['queqiao-prod-sync-followers']))
  })

  it('syncs on the local stack, where LAMBDA_PORT says', async () => {
    const { port, url, invocations } = await openLambda(answerSync())

    const { code, stdout } = await runTool('sync', [], { LAMBDA_PORT: `${port}` })

    expect(code).toBe(0)
    expect(stdout).toContain(`stage local (${url})`)
    // serverless-offline ends when an event's run fails.
    expect(invocations.map(order => order.type)).not.toContain('Event')
  })

  it.each([
    ['AccessDeniedException', 403, 'need lambda:InvokeFunction on queqiao-prod-sync-followers'],
    ['ResourceNotFoundException', 404, 'cn-north-1 has no function queqiao-prod-sync-followers: check --stage'],
    ['ExpiredTokenException', 403, 'does not take these credentials (ExpiredTokenException): log in anew'],
    ['UnrecognizedClientException', 403, 'aws and aws-cn have their own'],
    ['TooManyRequestsException', 429, 'try again in a minute'],
    ['KMSAccessDeniedException', 502, 'could not be asked: KMSAccessDeniedException: so it is'],
  ])('says in one line what to do about %s', async (type, status, words) => {
    const { code, stderr } = await runBeside(() => refusal(status, type), 'sync')

    expect(code).toBe(1)
    expect(stderr).toContain(words)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it('passes on why the function failed, without its stack trace', async () => {
    const { code, stderr } = await runBeside(() => failure('misconfigured'), 'sync')
    expect([code, stderr]).toEqual([
      1,
      '✗ queqiao-prod-sync-followers failed: misconfigured; ' +
        'its log: npx --no sls logs -f sync-followers --stage prod --region cn-north-1\n',
    ])
  })

  it('does not guess at an answer of another version', async () => {
    const { code, stderr } = await runBeside(() => ({ body: { pages: 1 } }), 'sync')
    expect([code, stderr]).toEqual([1, expect.stringContaining('it answers in another way than this version does')])
  })
})

describe('the local function', () => {
  // Nobody waits for the sync run's answer, so its failure would go unseen.
  it('tells with the next answer that the sync run has failed', async () => {
    const { url } = await openLambda(order => (actionOf(order) === 'sync' ? failure('50002') : { body: idle }))
    const sync = openSync(placeAt(url), new AbortController().signal)

    await sync.begin({ action: 'sync' })

    await vi.waitFor(() => expect(sync.ask({ action: 'status' })).rejects.toThrow('50002'), patience)
  })
})
