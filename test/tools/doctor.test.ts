/** `./queqiao doctor`: its options, what it prints, its exit codes; as a process beside a stand-in for Lambda's API. */

import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Report } from '../../local/stage/doctor-report.ts'
import { openDoctor } from '../../local/stage/open-doctor.ts'
import { renderEnd, renderFinding } from '../../tools/doctor/lines.ts'
import { parseOptions } from '../../tools/doctor/options.ts'
import { type Answer, failure, openLambda, refusal, runBeside } from './lambda-api.ts'
import { runTool } from './run-tool.ts'
import { openSession, placeAt } from './session.ts'

const well: Report = {
  stage: 'prod',
  at: 1,
  isWell: true,
  calls: 9,
  checks: [
    { name: 'secrets', status: 'ok', words: '6 of 6 are set' },
    { name: 'clock', status: 'warning', words: 'our clock is 45 s ahead', hint: 'set it' },
    { name: 'certificate', status: 'not-checked', words: 'not checked, because there is no TLS' },
  ],
}
const hint = 'paste 203.0.113.7 into mp.weixin.qq.com'
const ill: Report = {
  ...well,
  isWell: false,
  checks: [...well.checks, { name: 'allow-list', status: 'wrong', words: 'WeChat does not admit us', hint }],
}

const run = (answer: Answer, more: readonly string[] = []) => runBeside(() => answer, 'doctor', more)

describe('./queqiao doctor', () => {
  it('prints a line for each check with its hint below, and ends with 0 where nothing is wrong', async () => {
    const { code, stdout, stderr, invocations } = await run({ body: well })

    expect([code, stderr, invocations.map(it => it.name)]).toEqual([0, '', ['queqiao-prod-doctor']])
    expect(stdout.split('\n')).toEqual([
      'The doctor looks at stage prod (cn-north-1) · 正在检查',
      '  ✓ secrets · 密钥: 6 of 6 are set',
      '  ! clock · 时钟: our clock is 45 s ahead',
      '      → set it',
      '  – certificate · 证书: not checked, because there is no TLS',
      '✓ nothing is wrong · 一切正常, 1 warning; 9 calls to WeChat',
      '',
    ])
  })

  it('ends with 1 where something is wrong', async () => {
    const { code, stdout } = await run({ body: ill })
    expect(code).toBe(1)
    expect(stdout).toContain(`  ✗ allow-list · IP 白名单: WeChat does not admit us\n      → ${hint}\n`)
    expect(stdout).toMatch(/✗ wrong · 有问题: 1 of 4 checks, 1 warning; 9 calls to WeChat\n$/)
  })

  it.each([
    [well, 0],
    [ill, 1],
  ])('writes nothing but the report with --json', async (body, exitCode) => {
    const { code, stdout, stderr } = await run({ body }, ['--json'])
    expect([code, stderr]).toEqual([exitCode, ''])
    expect(JSON.parse(stdout)).toEqual(body)
  })

  it('asks the local stack where LAMBDA_PORT says', async () => {
    const { port, url, invocations } = await openLambda(() => ({ body: well }))
    const { code, stdout } = await runTool('doctor', [], { LAMBDA_PORT: `${port}` })
    expect([code, invocations.map(it => it.name)]).toEqual([0, ['queqiao-local-doctor']])
    expect(stdout).toContain(`stage local (${url})`)
  })

  it.each([
    [refusal(403, 'AccessDeniedException'), 'need lambda:InvokeFunction on queqiao-prod-doctor'],
    [
      failure('misconfigured'),
      'queqiao-prod-doctor failed: misconfigured; its log: npx --no sls logs -f doctor --stage prod --region cn-north-1',
    ],
    [{ body: { isWell: true } }, 'it answers in another way than this version does'],
  ] as [Answer, string][])(
    'says in one line why the function could not be asked, and ends with 1',
    async (answer, words) => {
      const { code, stderr } = await run(answer, ['--json'])
      expect(code).toBe(1)
      expect(stderr).toContain(words)
      expect(stderr.trim().split('\n')).toHaveLength(1)
    },
  )

  const inactive = refusal(502, 'ResourceNotReadyException')
  const pending = refusal(409, 'ResourceConflictException')

  /** Lambda's API, which refuses so often before it answers. */
  async function askAfter(refusals: readonly Answer[]) {
    const left = [...refusals]
    const { url } = await openLambda(() => left.shift() ?? { body: well })
    const told: string[] = []
    const { session, clock } = openSession(0)
    const tell = (text: string) => void told.push(text)
    const doctor = openDoctor(placeAt(url, 'prod', 'cn-north-1'), { ...session, tell })
    return { answer: await doctor.ask({}).catch((error: Error) => error.cause), told, waited: clock.now }
  }

  // After two weeks without a call Lambda takes a function's network away, and the first call failed with a bare 502.
  it('waits for a function that was idle for weeks, says so once, and asks again', async () => {
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
    onTestFinished(() => void vi.unstubAllEnvs())
    const { answer, told, waited } = await askAfter([inactive, pending, pending])
    expect([answer, waited]).toEqual([well, 30_000])
    expect(told).toEqual([expect.stringMatching(/^queqiao-prod-doctor was idle for weeks: AWS connects it again/)])
  })

  it('gives up after three minutes, and waits for nothing else', async () => {
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
    onTestFinished(() => void vi.unstubAllEnvs())
    const never = await askAfter(Array.from({ length: 40 }, () => pending))
    expect(never).toMatchObject({ answer: { name: 'ResourceConflictException' }, waited: 180_000 })
    expect(await askAfter([refusal(403, 'AccessDeniedException')])).toMatchObject({ waited: 0, told: [] })
    const { stderr } = await run(refusal(404, 'ResourceNotFoundException'))
    expect(stderr).toContain('has no function queqiao-prod-doctor')
  })

  it('looks at the local stack when nothing is said', () => {
    expect(parseOptions([], {})).toEqual({ stage: 'local', json: false })
    expect(parseOptions(['--stage', 'prod', '--json'], {})).toMatchObject({ stage: 'prod', json: true })
  })
})

describe('the lines', () => {
  const tagged = (colour: string, text: string) => `<${colour}>${text}`

  it.each([
    ['ok', 'green'],
    ['warning', 'yellow'],
    ['wrong', 'red'],
    ['not-checked', 'dim'],
  ] as const)('paint %s %s, and leave the hint as it is, to be copied', (status, colour) => {
    const text = renderFinding({ name: 'clock', status, words: 'w', hint: 'c' }, tagged)
    expect(text).toMatch(new RegExp(`^<${colour}>.*: w\n {6}→ c$`))
  })

  it('paint the end', () => {
    expect([renderEnd(well, tagged).slice(0, 7), renderEnd(ill, tagged).slice(0, 5)]).toEqual(['<green>', '<red>'])
  })

  it('show a check that they do not know, as of a later version', () => {
    expect(renderFinding({ name: 'new', status: 'ok', words: 'w' }, tagged)).toContain('new: w')
  })
})
