/** What a verb does where nothing can be done: for options that cannot be meant, and where nobody answers. */

import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { pickFreePort } from '../../local/ports.ts'
import { UsageError } from '../../tools/command/options.ts'
import { findVerb } from '../../tools/command/verbs.ts'
import { runTool } from './run-tool.ts'
import { openSession } from './session.ts'

const noon = Date.UTC(2026, 10, 22, 4)
const who = ['--to', 'unionid=uQ1w2E3r4T5y6U7i8O9p0AsDfGhJ']
const values = ['--data', 'character_string1=20261122-0001', '--data', 'amount2=¥88.00', '--data', 'time3=09:30']
const orderPaid = [...who, '--template', 'order-paid', ...values]
const appsecrets = { WECHAT_OFFICIAL_SECRET: '0'.repeat(32), WECHAT_MINI_SECRET: '0'.repeat(32) }

/** Starts a verb in this process; what is refused asks nobody. */
async function startHere(verb: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { start } = await findVerb(verb).load()
  return start(args, { ...openSession(noon).session, env })
}

describe('options that cannot be meant', () => {
  it.each<[string, readonly string[], string]>([
    ['doctor', ['--fix'], "Unknown option '--fix'"],
    ['quota', ['--open'], "Unknown option '--open'"],
    ['sync', ['--everybody'], "Unknown option '--everybody'"],
    ['sync', ['prod'], "Unexpected argument 'prod'"],
    ['sync', ['--stage'], 'argument missing'],
    ['sync', ['--stage', 'a/b'], '--stage takes letters'],
    ['sync', ['--region', 'cn-north-1'], '--region is for a stage on AWS'],
    ['sync', ['--stage', 'prod', '--region', 'cn.north'], 'a region is named like'],
    ['send', [], '--to is missing: it takes unionid=<id>, miniOpenid=<id> or openid=<id>'],
    ['send', ['--to', 'userid=1'], '--to takes unionid=<id>'],
    ['send', ['--to', 'openid='], '--to takes'],
    ['send', [...who, '--data', 'thing1'], '--data takes <key>=<text>, or a JSON object'],
    ['send', [...who, '--data', '{thing1:1}'], '--data begins as a JSON object and is none'],
    ['send', [...who, '--data', 'thing1=a', '--data', 'thing1=b'], '--data has thing1 twice'],
    ['send', [...orderPaid, '--wait', '0'], '--wait takes a whole number'],
    ['send', ['--id', 'a', '--no-follow'], '--no-follow leaves nothing to do'],
    ['send', ['--id', 'a b'], '--id takes 1 to 128'],
    ['send', [...orderPaid, '--region', 'cn-north-1'], '--region is for a stage on AWS'],
    // In the words of the event's own check.
    ['send', who, 'exactly one of template, templateId'],
    [
      'send',
      [...who, '--template', 'order-lost'],
      'template is not in the list of this stage and account in templates.json',
    ],
    [
      'send',
      [...who, '--template', 'order-paid', '--data', 'amount2=88元整'],
      'data.time3 is missing; data.amount2 must be',
    ],
    ['send', [...who, '--template-id', 'x', '--data', '{"number1":1}'], 'data.number1 must be a text'],
    ['send', ['--to', 'openid=a b', '--template-id', 'x'], 'to.openid must be 1 to 128 of letters'],
    ['send', [...orderPaid, '--expires-at', 'tomorrow'], 'expiresAt must be an instant'],
    ['redrive', ['--send'], '--send needs --reason'],
    ['redrive', ['--reason', ' '], '--reason takes a part'],
    ['redrive', ['--queue', 'parked'], '--queue takes dlq or review, not "parked"'],
    ['redrive', ['--limit', '0'], '--limit takes a whole number'],
    // Its ids are marked: it would be taken out of the queue, and be passed over by the sender.
    ['redrive', ['--queue', 'review', '--reason', 'all', '--send'], 'it would be lost'],
    ['secrets', [], 'the local stack takes its secrets from the environment and .env'],
    ['secrets', ['--stage', 'local'], 'the local stack takes its secrets from the environment and .env'],
    ['secrets', ['--stage', 'prod', '--rotate', 'session-key'], '--rotate takes names of secrets'],
    ['static', ['--folder', 'none'], 'there is no folder none: make it, or name another with --folder'],
  ])('%s refuses %j', async (verb, args, words) => {
    await expect(startHere(verb, args)).rejects.toThrow(UsageError)
    await expect(startHere(verb, args)).rejects.toThrow(words)
  })

  // npm run sync --dry-run: npm keeps the option for itself, and a real run would begin.
  it.each([
    ...[['doctor', 'json'] as const, ['quota', 'reopen'] as const, ['redrive', 'send'] as const],
    ...(['dry-run', 'stage', 'spread'] as const).map(it => ['sync', it] as const),
    ...[['send', 'no-follow'] as const, ['secrets', 'show'] as const, ['static', 'prune'] as const],
  ])('%s refuses what npm took for itself: --%s', async (verb, name) => {
    const env = { npm_lifecycle_event: verb, [`npm_config_${name.replace('-', '_')}`]: 'true' }
    await expect(startHere(verb, [], env)).rejects.toThrow(`without npm: ./queqiao ${verb} --${name}`)
  })

  it.each<[string, string[], Record<string, string>, string]>([
    ['doctor', ['--fix'], {}, "Unknown option '--fix'"],
    ['quota', ['--open'], {}, "Unknown option '--open'"],
    ['sync', ['--everybody'], {}, "Unknown option '--everybody'"],
    ['sync', [], { LAMBDA_PORT: 'x' }, 'LAMBDA_PORT'],
    ['redrive', ['--send'], {}, '--reason'],
    ['secrets', [], {}, 'the local stack takes its secrets'],
    ['static', ['--folder', 'none'], {}, 'make it, or name another with --folder'],
  ])('end %s with 2: %j %j', async (verb, args, env, words) => {
    const ended = await runTool(verb, args, env)
    expect(ended).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(words) })
  })
})

describe('a verb ends with 1', () => {
  it.each<[string, ...string[]]>([
    ...['doctor', 'quota', 'sync', 'redrive'].map(it => [it] as [string]),
    ['send', ...orderPaid],
    ['static', '--folder', join(import.meta.dirname, '../../docs/schema')],
  ])('and asks for npm start where no stack answers: %s', async (verb, ...args) => {
    const port = `${await pickFreePort('127.0.0.1')}`
    const { code, stderr } = await runTool(verb, args, { LAMBDA_PORT: port, SQS_PORT: port, DYNAMODB_PORT: port })
    expect([code, stderr]).toEqual([1, expect.stringContaining('(ECONNREFUSED): start it with npm start')])
  })

  it.each<[string, ...string[]]>([['sync'], ['send', '--id', 'a'], ['secrets']])(
    'and says that there are no credentials: %s',
    async (verb, ...args) => {
      const { code, stderr } = await runTool(verb, [...args, '--stage', 'prod'], appsecrets)
      expect([code, stderr]).toEqual([1, expect.stringContaining('there are no AWS credentials: set AWS_PROFILE')])
    },
  )
})
