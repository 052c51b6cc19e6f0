/** What the commands of tools/ share: options, the screen, and the words for failures. */

import { describe, expect, it } from 'vitest'

import { AskError, ask, explainFailure } from '../../local/stage/explain-failure.ts'
import {
  commandLine,
  readCount,
  readOptions,
  readStage,
  stageOptions,
  UsageError,
} from '../../tools/command/options.ts'
import { createJsonScreen, createScreen } from '../../tools/command/screen.ts'
import { inUnits } from '../../tools/command/words.ts'

const verb = 'x'
const summary = 'what it is for'
const options = {
  ...stageOptions,
  'dry-run': { type: 'boolean', summary },
  data: { type: 'string', multiple: true, summary },
} as const

describe('the options', () => {
  it('are read by their types', () => {
    const args = ['--data', 'a', '--data', 'b', '--dry-run']
    expect(readOptions(args, {}, { verb, options })).toEqual({ data: ['a', 'b'], 'dry-run': true })
  })

  it.each([
    [['--drop'], "Unknown option '--drop'; ./queqiao x --help tells them"],
    [['x'], "Unexpected argument 'x'"],
    [['--data'], 'argument missing'],
  ])('refuse %j', (args, words) => {
    expect(() => readOptions(args, {}, { verb, options })).toThrow(UsageError)
    expect(() => readOptions(args, {}, { verb, options })).toThrow(words)
  })

  // npm run x --dry-run: npm keeps the option for itself, and what it would have kept from happening happens.
  it('refuse what npm took for itself, where it is npm that runs the verb', () => {
    const env = { npm_lifecycle_event: 'x', npm_config_dry_run: 'true' }
    expect(() => readOptions([], env, { verb, options })).toThrow('npm took --dry-run for itself')
    expect(readOptions(['--dry-run'], env, { verb, options })).toEqual({ 'dry-run': true })
    // A script of the user's own, whose option it was.
    expect(readOptions([], { ...env, npm_lifecycle_event: 'mine' }, { verb, options })).toEqual({})
  })

  it('name the stage, and where serverless.yml deploys it', () => {
    expect(readStage({}, {})).toEqual({ stage: 'local' })
    expect(readStage({ stage: 'prod' }, {})).toEqual({ stage: 'prod', region: 'ap-southeast-1' })
    expect(readStage({ stage: 'prod' }, { AWS_REGION: 'eu-west-1' })).toMatchObject({ region: 'eu-west-1' })
    expect(() => readStage({ region: 'eu-west-1' }, {})).toThrow('--region is for a stage on AWS')
    expect(readStage({ stage: 'prod', profile: 'ops' }, {})).toMatchObject({ profile: 'ops' })
    expect(() => readStage({ profile: 'ops' }, {})).toThrow('--profile is for a stage on AWS')
    expect(() => readStage({ stage: 'a/b' }, {})).toThrow('--stage takes letters')
  })

  it('count from 1', () => {
    expect(readCount('limit', '12')).toBe(12)
    for (const text of ['0', '-1', '1.5', 'all', '']) expect(() => readCount('limit', text)).toThrow('--limit takes')
  })

  it('are written as they are read', () => {
    expect(commandLine(verb, { stage: 'local' })).toBe('./queqiao x')
    const stage = { stage: 'prod', region: 'eu-west-1' }
    expect(commandLine(verb, stage, ['--id', 'a'])).toBe('./queqiao x --stage prod --region eu-west-1 --id a')
    expect(commandLine(verb, { ...stage, profile: 'ops' })).toBe(
      './queqiao x --stage prod --region eu-west-1 --profile ops',
    )
  })
})

describe('the screen', () => {
  const open = (columns?: number) => {
    const written: string[] = []
    const clock = { now: 0 }
    const write = (text: string) => void written.push(text)
    const screen = createScreen({ write, writeError: write, columns: () => columns, now: () => clock.now })
    return { screen, written, clock }
  }

  it('writes over the last line of a terminal, never beyond its width', () => {
    const { screen, written } = open(30)
    const bar = '███░░░░░░░░░░░░░░░░░'
    screen.progress('facts', 0.19)
    screen.progress('more facts', 0.19)
    screen.progress('all facts')
    screen.progress(`many more facts ${bar}`)
    screen.line('done')
    screen.problem('no')
    const shown = [`  ${bar}  facts`, '  more facts', '  all facts', `  many more facts ${bar.slice(0, 11)}`, '']
    expect(written).toEqual([...shown.map(it => `\r\x1b[K${it}`), 'done\n', 'no\n'])
  })

  it('of --json writes what went wrong and one document, and no line', () => {
    const [written, problems]: string[][] = [[], []]
    const screen = createJsonScreen({
      write: text => void written?.push(text),
      writeError: text => void problems?.push(text),
    })
    screen.line('so far')
    screen.progress('facts', 0.2)
    screen.problem('no')
    screen.json({ a: [1] })
    expect([written?.map(it => JSON.parse(it)), problems]).toEqual([[{ a: [1] }], ['no\n']])
  })

  it('writes a plain line every ten seconds elsewhere', () => {
    const { screen, written, clock } = open()
    for (const now of [0, 1000, 9999, 10_000, 10_001]) {
      clock.now = now
      screen.progress(`at ${now}`)
    }
    expect(written).toEqual(['  at 0\n', '  at 10000\n'])
  })
})

describe('a failure', () => {
  const asked = { service: 'SQS', what: 'queue queqiao-prod-events', right: 'sqs:SendMessage on queqiao-prod-events' }
  const onAws = { stage: 'prod', region: 'cn-north-1' }
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const local = { stage: 'local', region: 'us-east-1', endpoint: 'http://127.0.0.1:4566', credentials }
  const named = (name: string, more: object = {}) => Object.assign(new Error('as it is\nat x.ts'), { name, ...more })

  it.each([
    ['QueueDoesNotExist', 'cn-north-1 has no queue queqiao-prod-events: check --stage'],
    ['ResourceNotFoundException', 'cn-north-1 has no queue queqiao-prod-events: check --stage'],
    ['AccessDenied', 'these credentials need sqs:SendMessage on queqiao-prod-events'],
    ['AccessDeniedException', 'these credentials need sqs:SendMessage on queqiao-prod-events'],
    ['RequestThrottled', 'SQS already does as much as this account may'],
    ['InvalidClientTokenId', 'does not take these credentials (InvalidClientTokenId): log in anew'],
    ['CredentialsProviderError', 'set AWS_PROFILE'],
    ['TimeoutError', 'SQS does not answer in cn-north-1 (TimeoutError)'],
    ['Else', 'queqiao-prod-events could not be asked: Else: as it is'],
  ])('of AWS is explained in one line: %s', (name, words) => {
    const text = explainFailure(named(name), onAws, asked)
    expect(text).toContain(words)
    expect(text).not.toContain('\n')
  })

  it('of the local stack asks for npm start', () => {
    const refused = new AggregateError([named('Error', { code: 'ECONNREFUSED' })])
    expect(explainFailure(refused, local, asked)).toContain(
      'http://127.0.0.1:4566 (ECONNREFUSED): start it with npm start',
    )
    expect(explainFailure(named('QueueDoesNotExist'), local, asked)).toContain(
      'has no queue queqiao-prod-events: start it',
    )
  })

  it('keeps its cause', async () => {
    const cause = named('AccessDenied')
    await expect(ask(onAws, asked, Promise.reject(cause))).rejects.toThrow(AskError)
    await expect(ask(onAws, asked, Promise.reject(cause))).rejects.toMatchObject({ cause })
    expect(await ask(onAws, asked, Promise.resolve(1))).toBe(1)
  })
})

describe('a duration', () => {
  it('has its two greatest units', () => {
    expect([0, 1200, 75_000, 7_260_000].map(inUnits)).toEqual(['0 s', '2 s', '1 min 15 s', '2 h 1 min'])
  })
})
