/** `./queqiao quota`: its options, what it prints, its exit codes; as a process beside a stand-in for Lambda's API. */

import { describe, expect, it } from 'vitest'
import type { Status } from '../../local/stage/quota-report.ts'
import { renderReopening, renderStatus } from '../../tools/quota/lines.ts'
import { parseOptions } from '../../tools/quota/options.ts'
import { failure, openLambda, runBeside } from './lambda-api.ts'
import { runTool } from './run-tool.ts'

const now = Date.parse('2026-11-22T12:00:00+08:00')
const midnight = now + 12 * 3_600_000
const quota = { limit: 100_000, used: 812, remain: 99_188 }
const aStatus = (more: Partial<Status> = {}): Status => ({
  ...{ quota, reserve: 0, parked: { urgent: 0, usual: 0 } },
  ...more,
})
const closed = aStatus({
  closedUntil: midnight,
  errcode: 45009,
  looksAt: now + 90_000,
  parked: { urgent: 2, usual: 1_232 },
})

describe('what ./queqiao quota prints', () => {
  const words = { now, reopen: './queqiao quota --reopen' }

  it('tells the day, the open gate, and that nothing waits', () => {
    expect(renderStatus(aStatus(), words)).toEqual([
      '  today      812 of 100,000 used, 99,188 left · 今日额度',
      '✓ gate       open · 已开放',
      '  parked     no event waits for quota · 没有等待的事件',
    ])
  })

  it('tells until when the gate is closed, when it is looked at next, and how it is opened', () => {
    expect(renderStatus(closed, words)).toEqual([
      '  today      812 of 100,000 used, 99,188 left · 今日额度',
      '✗ gate       closed until 2026-11-23 00:00 in China, in 12 h 0 min, after WeChat’s 45009 · 已关闭',
      '               it opens by itself once WeChat tells of quota; the next look is in 1 min 30 s. To open it now: ./queqiao quota --reopen',
      '  parked     1,234 events wait for quota, 2 of them urgent · 等待额度',
    ])
    expect(renderStatus({ ...closed, looksAt: now }, words)[2]).toContain('the next look is within a minute')
  })

  it('tells the reserve and the pace', () => {
    const pace = { perMinute: 95.5, nextAt: now + 185_000 }
    const lines = renderStatus(aStatus({ reserve: 1_000, reservedUntil: midnight, pace }), words)
    expect(lines[0]).toContain('99,188 left; 1,000 are kept for urgent ones')
    expect(lines[1]).toBe('! gate       open for urgent messages alone until 2026-11-23 00:00 in China · 仅限紧急消息')
    expect(lines[2]).toContain(
      '95 messages a minute, for WeChat took no more (45011); the next free slot is in 3 min 5 s',
    )
    const free = { perMinute: 95.5, nextAt: now }
    expect(renderStatus(aStatus({ pace: free }), words)[2]).toContain('the next free slot is now')
  })

  it('tells the rate where WeChat does, and that it tells nothing', () => {
    const rated = aStatus({ quota: { ...quota, perMinute: 1_000 } })
    expect(renderStatus(rated, words)[0]).toContain('99,188 left; 1,000 a minute')
    const { quota: _, ...untold } = aStatus()
    expect(renderStatus(untold, words)[0]).toContain('WeChat does not tell')
    const refused = { ...untold, quotaUnknown: 'WeChat refused quota: 40164 …; ./queqiao doctor says what to do' }
    expect(renderStatus(refused, words)[0]).toBe(`! today      unknown · 未知: ${refused.quotaUnknown}`)
  })

  it('tells what came of the opening', () => {
    expect(renderReopening({ isReopened: true, moved: 5, status: aStatus() })).toContain(
      '✓ opened · 已开放: 5 events moved',
    )
    expect(renderReopening({ isReopened: false, moved: 0, status: aStatus() })).toContain('the gate is open')
    expect(renderReopening({ isReopened: false, moved: 0, status: closed })).toContain('✗ not opened')
  })
})

describe('./queqiao quota', () => {
  it('asks the function of a stage on AWS, and ends with 0 while messages may leave', async () => {
    const answer = { moved: 0, status: aStatus() }
    const { code, stdout, stderr, invocations } = await runBeside(() => ({ body: answer }), 'quota')
    expect([code, stderr]).toEqual([0, ''])
    expect(invocations).toMatchObject([{ name: 'queqiao-prod-resume-events', order: { action: 'status' } }])
    expect(stdout).toMatch(/^The quota of messages, stage prod \(cn-north-1\)/)
    expect(stdout).toContain('812 of 100,000 used')
  })

  it('ends with 1 while the gate is closed, and names the command that opens it there', async () => {
    const { code, stdout } = await runBeside(() => ({ body: { moved: 0, status: closed } }), 'quota')
    expect(code).toBe(1)
    expect(stdout).toContain('./queqiao quota --stage prod --region cn-north-1 --reopen')
  })

  it('writes the report for programs with --json, and nothing else', async () => {
    const answer = { moved: 0, status: closed }
    const { port } = await openLambda(() => ({ body: answer }))
    const { code, stdout, stderr } = await runTool('quota', ['--json'], { LAMBDA_PORT: `${port}` })
    expect([code, JSON.parse(stdout), stderr]).toEqual([1, answer, ''])
  })

  it('opens the gate of the local stack', async () => {
    const report = { moved: 5, isReopened: true, status: aStatus() }
    const { port, invocations } = await openLambda(() => ({ body: report }))
    const { code, stdout } = await runTool('quota', ['--reopen'], { LAMBDA_PORT: `${port}` })
    expect(code).toBe(0)
    expect(invocations).toMatchObject([{ name: 'queqiao-local-resume-events', order: { action: 'reopen' } }])
    expect(stdout).toContain('✓ opened')
  })

  it.each([
    ['WeChatError', 'WeChat refused menu/create: 40164 invalid ip', './queqiao doctor says what to do'],
    ['WeChatError', 'WeChat refused menu/create: 40018 invalid button name', 'trying again does not help'],
    ['WeChatError', 'WeChat refused menu/create: 45009 reach max api daily quota', 'try again later'],
    [
      'TransportError',
      'no usable answer from WeChat for menu/create: no answer',
      'WeChat may have acted on it all the same',
    ],
  ])('says what to do about a %s: %s', async (errorType, errorMessage, advice) => {
    const answer = { headers: { 'x-amz-function-error': 'Unhandled' }, body: { errorType, errorMessage } }
    const { stderr } = await runBeside(() => answer, 'quota')
    expect(stderr).toContain(errorMessage)
    expect(stderr).toContain(advice)
  })

  it('says in one line why the function failed', async () => {
    const { code, stderr } = await runBeside(() => failure('away'), 'quota')
    expect(code).toBe(1)
    expect(stderr).toBe(
      '✗ queqiao-prod-resume-events failed: away; its log: npx --no sls logs -f resume-events --stage prod --region cn-north-1\n',
    )
  })

  it('opens nothing when nothing is said', () => {
    expect(parseOptions([], {})).toEqual({ stage: 'local', reopen: false })
  })
})
