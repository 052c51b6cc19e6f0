/** What `sls package` makes of several Official Accounts and mini programs: what each adds, and how many there may be. */

import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { alarmsOf } from './alarm-properties.ts'
import { appRows } from './alarm-suite.ts'
import { decide } from './cloudformation.ts'
import { packageCopy, type Resource, resourcesOf, type Template } from './packaged.ts'

const everything = {
  SHARE_TOKENS: 'on',
  IMAGE_CHECK: 'on',
  RESULTS_BUS: 'shop',
  PUSHES_BUS: 'shop',
  WECHAT_OFFICIAL_APPID: '',
}

type Kind = 'official' | 'mini'
let appids = 0
/** The first of each kind is its default. */
const appsOf = (kind: Kind, names: readonly string[]) =>
  names.map((name, index) => {
    const appid = `wx${(appids++).toString(16).padStart(16, '0')}`
    return [name, { kind, appid, ...(index === 0 ? { default: true } : {}) }] as const
  })
const listOf = (officials: readonly string[], minis: readonly string[]) =>
  JSON.stringify({ prod: Object.fromEntries([...appsOf('official', officials), ...appsOf('mini', minis)]) })

const rule = v.looseObject({ ScheduleExpression: v.string(), Targets: v.array(v.unknown()) })
const target = v.object({
  Arn: v.object({ 'Fn::GetAtt': v.tuple([v.string(), v.literal('Arn')]) }),
  Input: v.pipe(v.string(), v.parseJson()),
})
/** The schedules of a function: how often, and what it is told each time. */
const schedulesOf = (template: Template, name: string) =>
  Object.values(resourcesOf(template, 'AWS::Events::Rule')).flatMap(({ Properties }) => {
    const { ScheduleExpression, Targets } = v.parse(rule, Properties)
    const told = Targets.filter(it => v.is(target, it)).map(it => v.parse(target, it))
    const own = told.filter(it => it.Arn['Fn::GetAtt'][0] === name)
    return own.map(it => [ScheduleExpression, it.Input])
  })
const textOf = (template: Template, role: string) => JSON.stringify(template.Resources[role])
const secretsOf = (template: Template, role: string) =>
  [...textOf(template, role).matchAll(/parameter\/queqiao\/prod\/([\w*-]+)"/g)].map(([, name]) => name)

describe('two Official Accounts and two mini programs', () => {
  const [officials, minis] = [
    ['brand', 'fan-club'],
    ['shop', 'member-2'],
  ] as const
  let built: Awaited<ReturnType<typeof packageCopy>>
  let template: Template
  const of = (type: string) => resourcesOf(template, type)

  beforeAll(async () => {
    built = await packageCopy({ 'apps.json': listOf(officials, minis) }, everything)
    template = decide(built.template)
  }, 240_000)
  afterAll(() => built.remove())

  it('have each its own queues of what waits for quota, spoken to by TLS only', () => {
    const parked = Object.entries(of('AWS::SQS::Queue')).filter(([name]) => name.includes('Parked'))
    expect(parked.map(([, it]) => it.Properties.QueueName)).toEqual([
      'queqiao-prod-events-brand-parked',
      'queqiao-prod-events-brand-parked-urgent',
      'queqiao-prod-events-fan-club-parked',
      'queqiao-prod-events-fan-club-parked-urgent',
    ])
    const { Queues } = template.Resources.ParkedQueuesPolicy?.Properties ?? {}
    expect(Queues).toEqual(parked.map(([Ref]) => ({ Ref })))
    for (const role of ['SendRole', 'ResumeEventsRole', 'DoctorRole', 'SelfCheckRole'])
      for (const [name] of parked.filter(([name]) => !name.includes('Urgent')))
        expect(textOf(template, role), role).toContain(`"\${${name}.Arn}*"`)
  })

  it('are walked and looked through each by itself', () => {
    for (const [name, at] of [
      ['SyncDashfollowersLambdaFunction', 'rate(1 minute)'],
      ['RevisitDashfollowersLambdaFunction', 'cron(40 20 * * ? *)'],
    ] as const)
      expect(schedulesOf(template, name)).toEqual(officials.map(app => [at, { action: 'tick', app }]))
    const rules = Object.entries(of('AWS::Events::Rule')).filter(([, it]) => JSON.stringify(it).includes('fan-club'))
    const allowed = Object.values(of('AWS::Lambda::Permission')).map(it => JSON.stringify(it.Properties.SourceArn))
    for (const [name] of rules) expect(allowed).toContain(JSON.stringify({ 'Fn::GetAtt': [name, 'Arn'] }))
  })

  it('have each its alarms, by its name', () => {
    const named = alarmsOf(template).map(it => ({ ...it, name: it.AlarmName.slice('queqiao-prod-'.length) }))
    const own = named.filter(it => it.name.includes('-'))
    expect(own.map(it => it.name).toSorted()).toEqual(
      appRows(officials, minis)
        .map(([name]) => name)
        .toSorted(),
    )
    for (const { name, Dimensions } of own)
      expect(Dimensions).toContainEqual({ Name: 'app', Value: name.slice(name.indexOf('-') + 1) })
  })

  it('have each its secrets, read by who calls WeChat for its kind', () => {
    expect(secretsOf(template, 'SendRole')).toEqual(['brand-appsecret', 'fan-club-appsecret'])
    expect(secretsOf(template, 'SyncFollowersRole')).toEqual(['brand-appsecret', 'fan-club-appsecret'])
    expect(secretsOf(template, 'LoginRole')).toEqual(['shop-appsecret', 'member-2-appsecret', 'session-keys'])
    expect(secretsOf(template, 'CheckImagesRole')).toEqual(['shop-appsecret', 'member-2-appsecret'])
    expect(secretsOf(template, 'CallbackRole')).toEqual([
      ...['*-callback-aes-key', '*-callback-token', '*-forward-aes-key', '*-forward-token'],
    ])
    const all = ['shop', 'member-2', 'brand', 'fan-club'].map(it => `${it}-appsecret`)
    for (const role of ['RefreshTokensRole', 'TokenRole']) expect(secretsOf(template, role)).toEqual(all)
  })

  it('stand each on the dashboard', () => {
    const [dashboard] = Object.values(of('AWS::CloudWatch::Dashboard'))
    const body = JSON.stringify(dashboard?.Properties.DashboardBody)
    for (const it of officials) expect(body).toContain(`queqiao-prod-events-${it}-parked-urgent`)
  })
})

describe('eighteen Official Accounts and eighteen mini programs', () => {
  /** A name of the greatest length, as the stage has it. */
  const long = (kind: Kind) => Array.from({ length: 18 }, (_, n) => `${kind}-${n}-`.padEnd(32, 'x'))
  const longestStage = 'a'.repeat(38)
  let built: Awaited<ReturnType<typeof packageCopy>>

  beforeAll(async () => {
    built = await packageCopy({ 'apps.json': listOf(long('official'), long('mini')) }, everything)
  }, 240_000)
  afterAll(() => built.remove())

  it('stay inside what CloudFormation takes: 500 resources, and 1 MB', () => {
    expect(Object.keys(built.template.Resources).length).toBeLessThanOrEqual(500)
    for (const { Properties } of Object.values(resourcesOf(built.template, 'AWS::Events::Rule')))
      expect(v.parse(rule, Properties).Targets.length).toBeLessThanOrEqual(5)
    expect(Buffer.byteLength(built.text)).toBeLessThan(1_000_000)
  })

  it('leave each role inside what IAM takes, 10,240 characters without blanks, also where all names are long', () => {
    const arnOf = (name: string) => {
      const { QueueName } = built.template.Resources[name]?.Properties ?? {}
      return `arn:aws-cn:sqs:cn-northwest-1:123456789012:${QueueName ?? `queqiao-prod-${'x'.repeat(30)}`}`
    }
    const resolved = ({ Properties }: Resource) =>
      JSON.stringify(Properties.Policies)
        .replaceAll(/\{"Fn::GetAtt":\["(\w+)","Arn"\]\}/g, (_, name: string) => `"${arnOf(name)}"`)
        .replaceAll(/\{"Fn::Sub":("[^"]+")\}/g, '$1')
        .replaceAll(/\$\{(\w+)\.Arn\}/g, (_, name: string) => arnOf(name))
        .replaceAll(/\$\{AWS::(\w+)\}/g, (_, name: string) => names[name] ?? '')
        .replaceAll('prod', longestStage)
    const names: Readonly<Record<string, string>> = {
      Partition: 'aws-cn',
      Region: 'cn-northwest-1',
      AccountId: '123456789012',
    }
    const sizes = Object.entries(resourcesOf(built.template, 'AWS::IAM::Role')).map(
      ([name, it]) => [name, resolved(it).length] as const,
    )
    expect(sizes.filter(([, size]) => size > 10_240)).toEqual([])
    expect(Math.max(...sizes.map(([, size]) => size))).toBeGreaterThan(5_000)
  })
})
