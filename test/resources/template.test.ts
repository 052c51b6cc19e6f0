/** The packaged template with everything turned on that a deployment can turn on. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { consumers } from '../../lib/doctor/check-concurrency.ts'
import { consumed } from '../../lib/doctor/queue-delays.ts'
import { RequestError } from '../../lib/errors.ts'
import { createDomainFiles } from '../../lib/files/domain-file.ts'
import { testRinging } from './alarm-ringing.ts'
import { testRingingElsewhere } from './alarm-ringing-elsewhere.ts'
import { testAlarms } from './alarm-suite.ts'
import { decide, inPartition } from './cloudformation.ts'
import { packageCopy, type Resource, resourcesOf, runServerless, type Template } from './packaged.ts'

const roles = ['arn:aws:iam::123456789012:role/shop', 'arn:aws:iam::210987654321:role/crm']
const topic = 'arn:aws:sns:ap-southeast-1:123456789012:ops'
const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef'
const everything = {
  SHARE_TOKENS: 'on',
  IMAGE_CHECK: 'on',
  PUSHES_BUS: 'pushes',
  PUSHES_QUEUE: 'pushes',
  RESULTS_BUS: 'shop',
  DOMAIN: 'api.example.com',
  HOSTED_ZONE_ID: 'Z0123456789',
  PRODUCER_ROLES: roles.join(','),
  ALARM_TOPIC: topic,
  API_RATE: '50',
  API_BURST: '75',
  FILES_DOMAIN: 'files.example.com',
  FILES_CERTIFICATE: certificate,
  IMAGE_DAYS: '90',
  CANARY_EVENT: '{"to":{"openid":"oPhone"},"templateId":"paid","data":{"thing1":"a"}}',
}
/** The functions that call WeChat, as their imports say: whoever opens an app by lib/runtime/wechat.ts, doctor.ts or send.ts. */
const callers = [
  ...['check-images', 'doctor', 'follow-codes', 'link-followers', 'login', 'menu', 'refresh-tokens', 'resume-events'],
  ...['revisit-followers', 'self-check', 'send', 'sync-followers', 'token'],
]

const texts = v.union([v.string(), v.array(v.string())])
const statement = v.object({
  Effect: v.picklist(['Allow', 'Deny']),
  Action: texts,
  Resource: v.unknown(),
  Condition: v.optional(v.unknown()),
  Principal: v.optional(v.unknown()),
})
const roleProperties = v.object({
  AssumeRolePolicyDocument: v.object({
    Statement: v.tuple([v.object({ Effect: v.string(), Principal: v.unknown(), Action: v.string() })]),
  }),
  Policies: v.array(v.object({ PolicyDocument: v.object({ Statement: v.array(statement) }) })),
})
const functionProperties = v.looseObject({
  FunctionName: v.string(),
  Role: v.object({ 'Fn::GetAtt': v.tuple([v.string(), v.literal('Arn')]) }),
  VpcConfig: v.optional(v.unknown()),
})
const recoveryProperties = v.object({
  PointInTimeRecoverySpecification: v.object({ PointInTimeRecoveryEnabled: v.boolean() }),
})
const got = v.object({ 'Fn::GetAtt': v.tuple([v.string(), v.string()]) })
const mappingProperties = v.object({
  EventSourceArn: got,
  FunctionName: got,
  BatchSize: v.number(),
  ScalingConfig: v.object({ MaximumConcurrency: v.number() }),
})
const routeSettings = v.record(
  v.string(),
  v.object({ ThrottlingRateLimit: v.string(), ThrottlingBurstLimit: v.string(), DetailedMetricsEnabled: v.boolean() }),
)
const behavior = v.looseObject({ TargetOriginId: v.string() })
const distribution = v.object({
  DistributionConfig: v.looseObject({
    DefaultCacheBehavior: behavior,
    CacheBehaviors: v.array(behavior),
    Origins: v.array(v.looseObject({ Id: v.string() })),
  }),
})

/** What outlives the stack, unless the deployment that made it fails. */
const kept = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' }

let built: Awaited<ReturnType<typeof packageCopy>>
let template: Template

beforeAll(async () => {
  built = await packageCopy({}, everything)
  template = decide(built.template)
}, 240_000)

afterAll(() => built.remove())

const of = (type: string) => resourcesOf(template, type)
const propertiesOf = (name: string) => template.Resources[name]?.Properties
const functions = () => Object.values(of('AWS::Lambda::Function')).map(it => v.parse(functionProperties, it.Properties))
const nameOf = ({ FunctionName }: { readonly FunctionName: string }) => FunctionName.slice('queqiao-prod-'.length)
const statementsOf = (role: Resource) =>
  v.parse(roleProperties, role.Properties).Policies.flatMap(it => it.PolicyDocument.Statement)
const statementsIn = (document: unknown) => v.parse(v.object({ Statement: v.array(statement) }), document).Statement
const rightsOf = (role: string) => statementsOf(template.Resources[role] ?? { Type: '', Properties: {} })
const arn = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] })
/** What feeds the functions, with the logical name of each and its role. */
const mappings = () =>
  Object.values(of('AWS::Lambda::EventSourceMapping')).map(({ Properties }) => {
    const { FunctionName, ...mapping } = v.parse(mappingProperties, Properties)
    const [name] = FunctionName['Fn::GetAtt']
    const taker = v.parse(functionProperties, propertiesOf(name))
    return { ...mapping, name, shortName: nameOf(taker), role: taker.Role['Fn::GetAtt'][0] }
  })
const actionsOf = ({ Action }: v.InferOutput<typeof statement>) => [Action].flat()
const filesIn = async (folder: string, files: readonly string[]) =>
  Promise.all(files.map(it => readFile(join(import.meta.dirname, '../..', folder, it), 'utf8')))

describe('the roles', () => {
  it('are one for each function, which Lambda alone may take', () => {
    const taken = functions().map(it => it.Role['Fn::GetAtt'][0])
    expect(taken.sort()).toEqual(Object.keys(of('AWS::IAM::Role')).sort())
    expect(new Set(taken).size).toBe(functions().length)
    for (const role of Object.values(of('AWS::IAM::Role'))) {
      const [trust] = v.parse(roleProperties, role.Properties).AssumeRolePolicyDocument.Statement
      expect(trust).toEqual({
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      })
      expect(role.Properties).not.toHaveProperty('ManagedPolicyArns')
    }
  })

  it('let a function that only checks sessions read no key that signs them', () => {
    const readersOf = (secret: string) =>
      Object.entries(of('AWS::IAM::Role')).flatMap(([name, role]) =>
        JSON.stringify(statementsOf(role)).includes(`/queqiao/prod/${secret}"`) ? [name] : [],
      )
    expect(readersOf('session-keys').sort()).toEqual(['DoctorRole', 'LoginRole'])
    const checkers = ['DoctorRole', 'FollowCodesRole', 'ImageRole', 'ImagesRole', 'JwksRole', 'MeRole', 'SelfCheckRole']
    expect(readersOf('session-public-keys').sort()).toEqual(checkers)
  })

  it('name each action, and each resource but the network interfaces that a VPC needs, and the account', () => {
    const all = Object.values(of('AWS::IAM::Role')).flatMap(statementsOf)
    expect(all.length).toBeGreaterThan(40)
    expect(all.flatMap(actionsOf).filter(it => it.includes('*'))).toEqual([])
    const open = all.filter(it => JSON.stringify(it.Resource).includes('"*"'))
    const beside = open.flatMap(actionsOf).filter(it => !it.startsWith('ec2:'))
    expect(beside).toEqual(['lambda:GetAccountSettings'])
    const named = all.filter(it => !open.includes(it)).map(it => JSON.stringify(it.Resource))
    // Of a bucket, the keys below one folder; of an Official Account, both queues of what waits; of all apps, one secret of each.
    const many =
      /"\$\{\w+(Bucket\.Arn\}\/[a-z]+\/|ParkedQueue\.Arn\})\*"|\/queqiao\/prod\/\*-(appsecret|(callback|forward)-(aes-key|token))"/g
    expect(named.filter(it => it.replaceAll(many, '').includes('*'))).toEqual([])
  })

  it('let Lambda make network interfaces for the functions in the VPC, and not their code', () => {
    const ec2Of = ({ Role }: { readonly Role: { 'Fn::GetAtt': readonly [string, string] } }) =>
      rightsOf(Role['Fn::GetAtt'][0]).filter(it => actionsOf(it)[0]?.startsWith('ec2:'))
    const [inside, outside] = [true, false].map(is => functions().filter(it => (it.VpcConfig !== undefined) === is))
    expect(outside?.flatMap(ec2Of)).toEqual([])
    for (const it of inside ?? []) {
      const itself = `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${it.FunctionName}`
      const Condition = { ArnEquals: { 'lambda:SourceFunctionArn': { 'Fn::Sub': itself } } }
      const [making, made] = ec2Of(it)
      expect(making).toMatchObject({ Effect: 'Allow', Resource: '*' })
      expect(made).toMatchObject({ Effect: 'Deny', Action: making?.Action, Resource: '*', Condition })
    }
  })

  it('let the self-check push events where there is a canary, and change nothing else', () => {
    const rights = rightsOf('SelfCheckRole')
    const changing = rights.filter(it => actionsOf(it).some(action => /sqs:Send|dynamodb:(?!Get)/.test(action)))
    expect(changing.map(it => it.Resource)).toEqual([arn('TokensTable'), arn('EventsQueue')])
  })

  it('let a consumer of a queue take its messages, and each function write its own log only', () => {
    for (const { EventSourceArn, role } of mappings()) {
      const rights = rightsOf(role).find(it => JSON.stringify(it.Resource) === JSON.stringify(EventSourceArn))
      expect(rights && actionsOf(rights)).toEqual(
        expect.arrayContaining(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']),
      )
    }
    const logs = Object.values(of('AWS::IAM::Role')).map(it =>
      statementsOf(it).filter(it => actionsOf(it)[0]?.startsWith('logs:')),
    )
    expect(logs.map(it => it.length)).toEqual(logs.map(() => 1))
    expect(new Set(logs.map(([it]) => JSON.stringify(it?.Resource))).size).toBe(logs.length)
  })
})

it('lets queues take as many functions at once as the doctor holds against the account’s limit', () => {
  const most = mappings().map(it => [it.shortName, it.ScalingConfig.MaximumConcurrency])
  expect(Object.fromEntries(most)).toEqual(consumers)
})

it('lets the doctor call twice what a function takes at once more than it takes', () => {
  const most = mappings().map(it => 2 * it.BatchSize * it.ScalingConfig.MaximumConcurrency)
  const known = Object.values(consumed).map(it => it.most)
  expect(most.toSorted()).toEqual(known.toSorted())
})

describe('the network', () => {
  it('holds exactly the functions that call WeChat', async () => {
    const doors = await readdir(join(import.meta.dirname, '../../functions'))
    const codes = await filesIn('functions', doors)
    const calling = doors
      .filter((_, index) => /lib\/runtime\/(wechat|doctor|send)\.ts/.test(codes[index] ?? ''))
      .map(it => it.slice(0, -3))
    expect(calling.sort()).toEqual(callers)
    const inside = functions().filter(it => it.VpcConfig !== undefined)
    expect(inside.map(nameOf).sort()).toEqual(callers)
    const subnets = [{ Ref: 'PrivateSubnetA' }, { Ref: 'PrivateSubnetB' }]
    for (const it of inside) expect(it.VpcConfig).toMatchObject({ SubnetIds: subnets })
  })

  it('spans two zones, lets nothing in, and has gateway endpoints only', () => {
    const zones = ['PrivateSubnetA', 'PrivateSubnetB'].map(it => JSON.stringify(propertiesOf(it)?.AvailabilityZone))
    expect(new Set(zones).size).toBe(2)
    expect(propertiesOf('FunctionsSecurityGroup')).not.toHaveProperty('SecurityGroupIngress')
    const endpoints = Object.values(of('AWS::EC2::VPCEndpoint')).map(it => it.Properties)
    expect(endpoints.map(it => it.VpcEndpointType)).toEqual(['Gateway', 'Gateway'])
    expect(JSON.stringify(endpoints)).toMatch(/\.dynamodb.*\.s3/)
  })

  it.each([
    ['nat-gateway', 'NatGateway', 'NatGateway', 1, 0],
    ['nat-gateway-per-zone', 'NatGateway', 'SecondNatGateway', 2, 0],
    ['nat-instance', 'NatInterface', 'NatInterface', 0, 1],
  ])('leaves through %s', (egress, first, second, gateways, machines) => {
    const chosen = decide(built.template, egress)
    const target = (name: string) => {
      const { NatGatewayId, NetworkInterfaceId } = chosen.Resources[name]?.Properties ?? {}
      return [NatGatewayId, NetworkInterfaceId].filter(it => it !== undefined)
    }
    expect([target('EgressRouteA'), target('EgressRouteB')]).toEqual([[{ Ref: first }], [{ Ref: second }]])
    expect(Object.keys(resourcesOf(chosen, 'AWS::EC2::NatGateway'))).toHaveLength(gateways)
    expect(Object.keys(resourcesOf(chosen, 'AWS::AutoScaling::AutoScalingGroup'))).toHaveLength(machines)
    expect(Object.keys(resourcesOf(chosen, 'AWS::EC2::EIP'))).toHaveLength(Math.max(1, gateways))
    for (const it of Object.values(chosen.Resources)) expect(JSON.stringify(it)).not.toContain('AWS::NoValue')
  })

  it('takes a NAT instance for one only when it says that it forwards, and counts those in service', () => {
    const { NatGroup, NatLaunchTemplate, NatDownAlarm } = decide(built.template, 'nat-instance').Resources
    expect(NatGroup).toMatchObject({
      CreationPolicy: { ResourceSignal: { Count: 1 } },
      UpdatePolicy: { AutoScalingRollingUpdate: { MinInstancesInService: 0, WaitOnResourceSignals: true } },
      Properties: { HealthCheckType: 'EC2', MetricsCollection: [{ Metrics: ['GroupInServiceInstances'] }] },
    })
    expect(NatDownAlarm?.Properties).toMatchObject({ MetricName: 'GroupInServiceInstances' })
    expect(decide(built.template, 'nat-gateway').Resources).not.toHaveProperty('NatDownAlarm')
    // To the very group that waits, whatever the script ends with.
    const script = JSON.stringify(NatLaunchTemplate?.Properties)
    expect(script).toMatch(/trap '[^']*cfn-signal --exit-code \$\? [^']*--resource NatGroup [^']*' EXIT/)
  })

  it('keeps its address when all else goes, also while nothing leaves', () => {
    for (const egress of ['nat-gateway', 'nat-gateway-per-zone', 'nat-instance', 'none']) {
      const addresses = Object.values(resourcesOf(decide(built.template, egress), 'AWS::EC2::EIP'))
      expect(addresses.length).toBeGreaterThan(0)
      for (const it of addresses) expect(it).toMatchObject(kept)
    }
    expect(decide(built.template, 'none').Resources).not.toHaveProperty('EgressRouteA')
  })

  it('takes an address that is there already, and makes none', () => {
    const given = { OwnsAddress: false, OwnsSecondAddress: false }
    for (const egress of ['nat-gateway-per-zone', 'nat-instance']) {
      const { Resources } = decide(built.template, egress, given)
      expect(Object.values(Resources).filter(it => it.Type === 'AWS::EC2::EIP')).toEqual([])
      expect(JSON.stringify(Resources)).not.toContain('EgressAddress.')
      expect(JSON.stringify(Resources)).not.toContain('["EgressAddress"')
    }
  })
})

async function refusalOf(answer: Promise<unknown>): Promise<RequestError> {
  const [{ reason }] = v.parse(
    v.tuple([v.object({ reason: v.instance(RequestError) })]),
    await Promise.allSettled([answer]),
  )
  return reason
}

describe('the doors', () => {
  it('are throttled, and closed to the pages of browsers', () => {
    const DefaultRouteSettings = { ThrottlingRateLimit: '50', ThrottlingBurstLimit: '75' }
    expect(propertiesOf('HttpApiStage')).toMatchObject({ DefaultRouteSettings })
    expect(propertiesOf('HttpApi')).not.toHaveProperty('CorsConfiguration')
  })

  // At 100 a second for all, receipts of what was sent at 167 a second got 429, and were lost.
  it('take WeChat’s pushes as fast as send may send, whatever the other routes are asked', async () => {
    const [sender = ''] = await filesIn('lib/send', ['send.ts'])
    const sockets = Number(/^const width = (\d+)$/m.exec(sender)?.[1])
    const sending = mappings().find(it => it.shortName === 'send')
    const secondsOfCall = 0.2
    const pace = ((sending?.ScalingConfig.MaximumConcurrency ?? Number.NaN) * sockets) / secondsOfCall
    const { RouteSettings } = v.parse(v.looseObject({ RouteSettings: routeSettings }), propertiesOf('HttpApiStage'))
    const callbacks = ['POST /callback', 'POST /callback/{app}']
    expect(Object.keys(RouteSettings)).toEqual(callbacks)
    for (const it of callbacks) {
      expect(Number(RouteSettings[it]?.ThrottlingRateLimit)).toBeGreaterThanOrEqual(pace)
      // For its alarm; it is refused before its route is there.
      expect(RouteSettings[it]?.DetailedMetricsEnabled).toBe(true)
    }
    const routes = Object.entries(of('AWS::ApiGatewayV2::Route')).filter(([, it]) =>
      callbacks.includes(`${it.Properties.RouteKey}`),
    )
    expect(routes).toHaveLength(2)
    expect(template.Resources.HttpApiStage).toMatchObject({
      DependsOn: expect.arrayContaining(routes.map(([name]) => name)),
    })
  })

  // What takes no GET is looked for among the files at the root: a GET of it is told what there is instead.
  it('say with a 405 the methods that a route has', async () => {
    const keys = Object.values(of('AWS::ApiGatewayV2::Route')).map(it => v.parse(v.string(), it.Properties.RouteKey))
    const routes = keys.flatMap(it => [...it.matchAll(/^(\w+) \/([\w-]+)$/g)])
    const methods = Map.groupBy(routes, it => it[2] ?? '')
    const files = createDomainFiles({ statics: { head: async () => undefined }, now: Date.now })
    const told = await Promise.all(
      [...methods.keys()].map(async name => [name, (await refusalOf(files.read(name))).allow] as const),
    )
    const allowed = [...methods].map(([name, all]) => [name, all.map(it => it[1])] as const)
    expect(told).toContainEqual(['login', ['POST']])
    expect(told).toEqual(allowed.map(([name, all]) => [name, all.includes('GET') ? undefined : all]))
  })

  it('have Lambdas kept for WeChat’s pushes only where that is asked for', () => {
    const kept = (decided: boolean) =>
      decide(built.template, undefined, { KeepsCallbackConcurrency: decided }).Resources.CallbackLambdaFunction
        ?.Properties
    expect(propertiesOf('CallbackLambdaFunction')).not.toHaveProperty('ReservedConcurrentExecutions')
    expect(kept(true)).toHaveProperty('ReservedConcurrentExecutions')
  })

  it('write down what was asked, without what names people or events', () => {
    const { Format } = v.parse(v.object({ Format: v.string() }), propertiesOf('HttpApiStage')?.AccessLogSettings)
    const logged = Object.values(v.parse(v.record(v.string(), v.string()), JSON.parse(Format)))
    expect(logged).toContain('$context.routeKey')
    expect(logged.filter(it => /path|query|domain|sourceIp|authorizer/i.test(it))).toEqual([])
  })

  it('have a domain with its certificate only where one is named', () => {
    expect(propertiesOf('Certificate')).toMatchObject({ DomainName: 'api.example.com', ValidationMethod: 'DNS' })
    expect(propertiesOf('Domain')).toMatchObject({ DomainNameConfigurations: [{ EndpointType: 'REGIONAL' }] })
    const zoneless = decide(built.template, undefined, { HasHostedZone: false })
    expect(zoneless.Resources.DomainRecord).toBeUndefined()
    expect(zoneless.Resources.Certificate?.Properties).not.toHaveProperty('DomainValidationOptions')
    const { Resources } = decide(built.template, undefined, { HasDomain: false, HasHostedZone: false })
    expect(['Certificate', 'Domain', 'DomainMapping', 'DomainRecord'].filter(it => it in Resources)).toEqual([])
  })
})

describe('the data', () => {
  it('is encrypted, and in production outlives the stack', () => {
    const tables = Object.values(of('AWS::DynamoDB::Table'))
    expect(tables).toHaveLength(7)
    for (const it of tables) {
      expect(it).toMatchObject(kept)
      expect(it.Properties).toMatchObject({ SSESpecification: { SSEEnabled: true } })
      // Protected from the first moment it could not be taken back when its first deployment fails.
      expect(it.Properties).not.toHaveProperty('DeletionProtectionEnabled')
    }
    const queues = Object.values(of('AWS::SQS::Queue'))
    expect(queues.map(it => it.Properties.SqsManagedSseEnabled)).toEqual(queues.map(() => true))
  })

  it('can be brought back to any second, but for tokens and logins, which are of no use by then', () => {
    const recoverable = Object.entries(of('AWS::DynamoDB::Table')).filter(([, { Properties }]) => {
      const { PointInTimeRecoverySpecification: recovery } = v.parse(recoveryProperties, Properties)
      return recovery.PointInTimeRecoveryEnabled
    })
    const names = ['AttemptsTable', 'DeliveriesTable', 'ImagesTable', 'LinksTable', 'WalksTable']
    expect(recoverable.map(([name]) => name).sort()).toEqual(names)
  })

  it('travels by TLS only, and only the named roles of other accounts may push', () => {
    const policies = Object.values(of('AWS::SQS::QueuePolicy')).map(it => it.Properties)
    const queues = policies.flatMap(it => v.parse(v.array(v.object({ Ref: v.string() })), it.Queues))
    expect(queues.map(it => it.Ref).sort()).toEqual(Object.keys(of('AWS::SQS::Queue')).sort())
    const documents = policies.map(it => statementsIn(it.PolicyDocument))
    for (const [tls] of documents) {
      expect(tls).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })
    }
    const allowed = documents.flat().filter(it => it.Effect === 'Allow')
    expect(allowed).toEqual([
      {
        ...{ Effect: 'Allow', Action: ['sqs:GetQueueUrl', 'sqs:SendMessage'], Resource: arn('EventsQueue') },
        Principal: { AWS: { 'Fn::Split': [',', roles.join(',')] } },
      },
      {
        ...{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arn('ImagesQueue') },
        Principal: { Service: 's3.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnLike: { 'aws:SourceArn': { 'Fn::Sub': `arn:\${AWS::Partition}:s3:::queqiao-*` } },
        },
      },
    ])
    const { Resources } = decide(built.template, undefined, { HasProducers: false })
    expect(JSON.stringify(Resources.EventsQueuePolicy)).not.toContain('Allow')
  })

  // At WARN, Lambda would drop the metrics: their lines name no level, which is INFO to it.
  it('has Lambda write JSON: our lines and metrics from INFO on, and of its own only what went wrong', () => {
    const settings = functions().map(it => it.LoggingConfig)
    const wanted = { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', SystemLogLevel: 'WARN' }
    expect(settings).toEqual(settings.map(() => wanted))
  })

  it('leaves logs that end after a month', () => {
    const groups = Object.values(of('AWS::Logs::LogGroup'))
    // One for each function, and the API's.
    expect(groups).toHaveLength(functions().length + 1)
    for (const it of groups) expect(it.Properties.RetentionInDays).toBe(30)
  })
})

describe('the buckets', () => {
  // Serverless keeps the bundles in one of its own.
  const isOurs = (name: string) => !name.startsWith('ServerlessDeployment')
  const buckets = () => Object.entries(of('AWS::S3::Bucket')).filter(([name]) => isOurs(name))

  it('are closed, encrypted, and in production outlive the stack', () => {
    expect(buckets().map(([name]) => name)).toEqual(['ImagesBucket', 'StaticBucket'])
    for (const [, it] of buckets()) {
      expect(it).toMatchObject(kept)
      expect(it.Properties).not.toHaveProperty('BucketName')
      expect(it.Properties).toMatchObject({
        PublicAccessBlockConfiguration: {
          ...{ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      })
    }
  })

  it('are spoken to by TLS only', () => {
    const all = Object.entries(of('AWS::S3::BucketPolicy')).filter(([name]) => isOurs(name))
    const policies = all.map(([, it]) => it.Properties)
    expect(policies.map(it => it.Bucket)).toEqual(buckets().map(([name]) => ({ Ref: name })))
    for (const { Bucket, PolicyDocument } of policies) {
      const { Ref } = v.parse(v.object({ Ref: v.string() }), Bucket)
      const [tls] = statementsIn(PolicyDocument)
      expect(tls).toMatchObject({
        ...{ Effect: 'Deny', Principal: '*', Action: 's3:*' },
        Resource: [{ 'Fn::GetAtt': [Ref, 'Arn'] }, { 'Fn::Sub': `\${${Ref}.Arn}/*` }],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      })
    }
  })

  it('forget what was left behind, and pictures that nothing refers to where that is asked for', () => {
    const rules = (name: string) =>
      v.parse(
        v.object({ Rules: v.array(v.looseObject({ Id: v.string() })) }),
        propertiesOf(name)?.LifecycleConfiguration,
      ).Rules
    const unfinished = { Id: 'unfinished', Prefix: '', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }
    expect(rules('ImagesBucket')).toMatchObject([
      { Prefix: 'uploads/', ExpirationInDays: 1 },
      { Prefix: 'checking/', ExpirationInDays: 7 },
      unfinished,
      {
        Prefix: 'images/',
        TagFilters: [{ Key: 'referenced', Value: 'no' }],
        ExpirationInDays: { 'Fn::Join': ['', ['90']] },
      },
    ])
    expect(rules('StaticBucket')).toMatchObject([unfinished])
    const kept = decide(built.template, undefined, { ForgetsImages: false }).Resources.ImagesBucket
    expect(JSON.stringify(kept)).not.toContain('referenced')
  })

  it('notify of uploads, and of nothing else, a queue that waits for them', () => {
    expect(propertiesOf('ImagesBucket')?.NotificationConfiguration).toEqual({
      QueueConfigurations: [
        {
          Event: 's3:ObjectCreated:*',
          Queue: arn('ImagesQueue'),
          Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'uploads/' }] } },
        },
      ],
    })
    // The bucket needs the policy first; a policy that named the bucket would need the bucket first.
    expect(template.Resources.ImagesBucket).toMatchObject({ DependsOn: ['ImagesQueuePolicy'] })
    expect(JSON.stringify(template.Resources.ImagesQueuePolicy)).not.toContain('ImagesBucket')
  })

  it('give each function its folders only', () => {
    const inS3 = (role: string) =>
      rightsOf(role)
        .filter(it => actionsOf(it)[0]?.startsWith('s3:'))
        .map(it => [it.Resource, actionsOf(it)])
    const folder = (name: string) => ({ 'Fn::Sub': `\${ImagesBucket.Arn}/${name}/*` })
    expect(inS3('ImagesRole')).toEqual([[folder('uploads'), ['s3:PutObject']]])
    expect(inS3('ImageRole')).toEqual([])
    expect(inS3('ReceiveImagesRole')).toEqual([
      [arn('ImagesBucket'), ['s3:ListBucket']],
      [folder('uploads'), ['s3:DeleteObject', 's3:GetObject']],
      [folder('checking'), ['s3:DeleteObject', 's3:PutObject', 's3:PutObjectTagging']],
      [folder('images'), ['s3:DeleteObject', 's3:PutObject', 's3:PutObjectTagging']],
    ])
    expect(inS3('CheckImagesRole')).toEqual([
      [arn('ImagesBucket'), ['s3:ListBucket']],
      [folder('checking'), ['s3:DeleteObject', 's3:GetObject']],
      [folder('images'), ['s3:DeleteObject', 's3:PutObject', 's3:PutObjectTagging']],
    ])
  })
})

describe('who is forgotten', () => {
  const actionsOn = (role: string, resource: unknown) =>
    rightsOf(role)
      .filter(it => JSON.stringify([it.Resource].flat()) === JSON.stringify([resource]))
      .flatMap(actionsOf)

  it('takes pictures along: who erases may tell of it, and only who receives pictures finds and removes their rows', () => {
    expect(actionsOn('LinkFollowersRole', arn('ImagesQueue'))).toEqual(['sqs:GetQueueUrl', 'sqs:SendMessage'])
    expect(actionsOn('LinkFollowersRole', arn('ImagesTable'))).toEqual([])
    expect(actionsOn('ReceiveImagesRole', arn('ImagesQueue'))).toContain('sqs:SendMessage')
    const owned = { 'Fn::Sub': `\${ImagesTable.Arn}/index/by-owner` }
    const may = (resource: unknown, action: string) =>
      Object.keys(of('AWS::IAM::Role')).filter(it => actionsOn(it, resource).includes(action))
    expect(may(owned, 'dynamodb:Query')).toEqual(['ReceiveImagesRole'])
    expect(may(arn('ImagesTable'), 'dynamodb:DeleteItem')).toEqual(['ReceiveImagesRole'])
    expect(propertiesOf('ImagesTable')).toMatchObject({
      GlobalSecondaryIndexes: [{ IndexName: 'by-owner', Projection: { ProjectionType: 'KEYS_ONLY' } }],
    })
  })
})

describe('what goes back into the queue that triggers its function', () => {
  /** The logical names of the functions, with the queues that trigger each and those that its role may send to. */
  const edges = () =>
    Object.entries(of('AWS::Lambda::Function')).map(([name, { Properties }]) => {
      const role = v.parse(functionProperties, Properties).Role['Fn::GetAtt'][0]
      const sends = rightsOf(role).filter(it => actionsOf(it).includes('sqs:SendMessage'))
      const triggers = mappings().filter(it => it.name === name)
      return {
        name,
        triggers: triggers.map(it => JSON.stringify(it.EventSourceArn)),
        sends: sends.map(it => JSON.stringify(it.Resource)),
      }
    })
  /** Those whose messages can come back to them, at once or through others. */
  const circling = () => {
    const all = edges()
    const next = (queues: readonly string[]) => all.filter(it => it.triggers.some(queue => queues.includes(queue)))
    return all.filter(({ name, sends }) => {
      const reached = new Set(next(sends))
      for (const it of reached) for (const further of next(it.sends)) reached.add(further)
      return [...reached].some(it => it.name === name)
    })
  }
  const allowing = (made: Template) =>
    Object.entries(resourcesOf(made, 'AWS::Lambda::Function')).flatMap(([name, { Properties }]) =>
      Properties.RecursiveLoop === undefined ? [] : [[name, Properties.RecursiveLoop]],
    )
  const alarmed = (made: Template) =>
    Object.values(resourcesOf(made, 'AWS::CloudWatch::Alarm')).flatMap(({ Properties }) => {
      if (Properties.MetricName !== 'RecursiveInvocationsDropped') return []
      expect(Properties).toMatchObject({
        Namespace: 'AWS/Lambda',
        Statistic: 'Sum',
        Threshold: 0,
        AlarmActions: [topic],
      })
      return v.parse(
        v.tuple([v.object({ Name: v.literal('FunctionName'), Value: v.object({ Ref: v.string() }) })]),
        Properties.Dimensions,
      )[0].Value.Ref
    })

  // Lambda stops it after some 16 rounds: an event that was put off for 50 minutes ended in the dead-letter queue.
  it('is allowed to exactly these functions, each with an alarm', () => {
    const names = circling().map(it => it.name)
    const four = ['Send', 'LinkDashfollowers', 'ReceiveDashimages', 'CheckDashimages'].map(it => `${it}LambdaFunction`)
    expect(names.sort()).toEqual(four.sort())
    expect(allowing(template).sort()).toEqual(four.map(it => [it, 'Allow']).sort())
    expect(alarmed(template).sort()).toEqual(four)
  })

  it('needs no leave in China, where Lambda looks for no loops, and is watched all the same', () => {
    const inChina = decide(inPartition('aws-cn', built.template))
    expect([allowing(inChina), alarmed(inChina)]).toEqual([[], alarmed(template)])
  })
})

testAlarms(() => built.template)
testRinging(() => built.template)
describe('the other alarms', () => testRingingElsewhere(() => built.template))

describe('the alarms', () => {
  it('all go to the topic', () => {
    const alarms = Object.values(of('AWS::CloudWatch::Alarm')).map(it => it.Properties)
    expect(alarms.length).toBeGreaterThan(15)
    for (const it of alarms) expect(it).toMatchObject({ AlarmActions: [topic], OKActions: [topic] })
  })

  it('watch each queue of what was laid aside', () => {
    const watched = JSON.stringify(Object.values(of('AWS::CloudWatch::Alarm')).map(it => it.Properties.Dimensions))
    const aside = Object.keys(of('AWS::SQS::Queue')).filter(it => /DeadLetter|Review/.test(it))
    expect(aside).toHaveLength(7)
    expect(aside.filter(it => !watched.includes(it))).toEqual([])
  })

  it('call for a sync run that is overdue even if there never was one', () => {
    expect(propertiesOf('SyncOverdueOfficialAlarm')).toMatchObject({
      MetricName: 'SyncCompleted',
      Dimensions: [
        { Name: 'service', Value: 'queqiao-prod' },
        { Name: 'app', Value: 'official' },
      ],
      Period: 3600,
      EvaluationPeriods: 26,
      TreatMissingData: 'breaching',
    })
  })

  it('stand beside one dashboard, whose page is whole', () => {
    const [dashboard, ...more] = Object.values(of('AWS::CloudWatch::Dashboard'))
    expect(more).toEqual([])
    const body = v.parse(v.object({ 'Fn::Sub': v.string() }), dashboard?.Properties.DashboardBody)['Fn::Sub']
    const known = [...body.matchAll(/\$\{([^}]+)\}/g)].map(it => it[1])
    expect(new Set(known)).toEqual(new Set(['AWS::Region', 'HttpApi']))
    expect(JSON.parse(body)).toMatchObject({ widgets: expect.any(Array) })
    const shown = [
      ...['queqiao-prod-image-checks"', 'queqiao-prod-image-checks-dlq"', 'OperatorNeeded', 'FailingSeconds'],
      ...['ApproximateNumberOfMessagesDelayed', 'ApproximateNumberOfMessagesNotVisible'],
      '"Stage","$default","Method","POST","Resource","/callback"',
      '"Stage","$default","Method","POST","Resource","/callback/{app}"',
      'queqiao-prod-events-official-parked"',
      'queqiao-prod-events-official-parked-urgent"',
    ]
    expect(shown.filter(it => !body.replaceAll('\\"', '"').includes(it))).toEqual([])
  })
})

describe('the files', () => {
  const text = (it: string) => ({ 'Fn::Join': ['', [it]] })
  const distributionOf = (it: Template) => v.parse(distribution, it.Resources.FilesDistribution?.Properties)
  const withFiles = (choice: string): Template => {
    const { HasCloudFront, ...more } = built.template.Conditions
    const changed = JSON.stringify(HasCloudFront).replace('"auto"', JSON.stringify(choice))
    return { ...built.template, Conditions: { ...more, HasCloudFront: JSON.parse(changed) } }
  }
  const urlOf = ({ Resources }: Template) => Resources.FilesUrlParameter?.Properties.Value
  const policyOf = (bucket: string, { Resources }: Template = template) =>
    statementsIn(Resources[`${bucket}Policy`]?.Properties.PolicyDocument)

  it('are read by HTTPS through one distribution, pictures and static files and nothing else', () => {
    const { DefaultCacheBehavior, CacheBehaviors, Origins, ...more } = distributionOf(template).DistributionConfig
    expect(more).toMatchObject({ Enabled: true, HttpVersion: 'http2and3', Aliases: [text('files.example.com')] })
    expect(more.ViewerCertificate).toMatchObject({
      AcmCertificateArn: text(certificate),
      MinimumProtocolVersion: 'TLSv1.2_2021',
    })
    const paths = CacheBehaviors.map(it => [it.PathPattern, it.TargetOriginId, it.Compress])
    expect(paths).toEqual([
      ['/images/*', 'images', false],
      ['/static/*', 'static', true],
    ])
    for (const it of CacheBehaviors)
      expect(it).toMatchObject({ ViewerProtocolPolicy: 'https-only', AllowedMethods: ['GET', 'HEAD'] })
    // What has no path of its own is a form, or finds nothing.
    expect(DefaultCacheBehavior).toMatchObject({
      ...{ TargetOriginId: 'uploads', ViewerProtocolPolicy: 'https-only' },
      FunctionAssociations: [{ EventType: 'viewer-request' }],
    })
    const domainOf = (bucket: string) => ({ 'Fn::GetAtt': [bucket, 'RegionalDomainName'] })
    const access = { 'Fn::GetAtt': ['FilesAccess', 'Id'] }
    expect(Origins.map(it => [it.Id, it.DomainName, it.OriginAccessControlId])).toEqual([
      ['images', domainOf('ImagesBucket'), access],
      ['static', domainOf('StaticBucket'), access],
      // A form brings a signature of its own.
      ['uploads', domainOf('ImagesBucket'), undefined],
    ])
    const [control] = Object.values(of('AWS::CloudFront::OriginAccessControl'))
    expect(control?.Properties.OriginAccessControlConfig).toMatchObject({
      ...{ OriginAccessControlOriginType: 's3', SigningBehavior: 'always', SigningProtocol: 'sigv4' },
    })
  })

  it.each([
    ['ImagesBucket', 'images'],
    ['StaticBucket', 'static'],
  ])('are let out of %s to this distribution only, below %s/', (bucket, folder) => {
    const [tls, ...allowed] = policyOf(bucket)
    const arn = `arn:\${AWS::Partition}:cloudfront::\${AWS::AccountId}:distribution/\${FilesDistribution}`
    expect(tls?.Effect).toBe('Deny')
    expect(allowed).toMatchObject([
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Action: 's3:GetObject',
        Resource: { 'Fn::Sub': `\${${bucket}.Arn}/${folder}/*` },
        Condition: { StringEquals: { 'aws:SourceArn': { 'Fn::Sub': arn } } },
      },
    ])
  })

  it('are what they say they are, and a picture can do nothing', () => {
    const [images, statics] = ['ImagesHeaders', 'StaticHeaders'].map(
      it => propertiesOf(it)?.ResponseHeadersPolicyConfig,
    )
    const nosniff = { ContentTypeOptions: { Override: true } }
    const nothing = { ContentSecurityPolicy: "default-src 'none'; sandbox", Override: true }
    expect(images).toMatchObject({ SecurityHeadersConfig: { ...nosniff, ContentSecurityPolicy: nothing } })
    expect(statics).toMatchObject({ SecurityHeadersConfig: nosniff })
    const behaviors = distributionOf(template).DistributionConfig.CacheBehaviors
    expect(behaviors.map(it => it.ResponseHeadersPolicyId)).toEqual([
      { Ref: 'ImagesHeaders' },
      { Ref: 'StaticHeaders' },
    ])
  })

  it('are uploaded by their own domain where there is one, and by the bucket’s name else', () => {
    const urlOfForms = (made: Template) => {
      const { Environment } = made.Resources.ImagesLambdaFunction?.Properties ?? {}
      return v.parse(v.object({ Variables: v.looseObject({ UPLOAD_URL: v.unknown() }) }), Environment).Variables
        .UPLOAD_URL
    }
    const byBucket = { 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': ['ImagesBucket', 'RegionalDomainName'] }]] }
    expect(urlOfForms(template)).toBe('https://files.example.com')
    expect(urlOfForms(decide(built.template, undefined, { HasFilesDomain: false }))).toEqual(byBucket)
    // Who signs addresses to read by signs for the bucket's own name.
    for (const name of ['ServeDashfilesLambdaFunction', 'DomainDashfileLambdaFunction'])
      expect(JSON.stringify(propertiesOf(name)?.Environment)).not.toContain('files.example.com')
  })

  it('have CloudFront’s own domain without one', () => {
    const own = decide(built.template, undefined, { HasFilesDomain: false })
    const { Aliases, ViewerCertificate } = distributionOf(own).DistributionConfig
    expect([Aliases, ViewerCertificate]).toEqual([undefined, { CloudFrontDefaultCertificate: true }])
    expect(urlOf(own)).toEqual({
      'Fn::Join': ['', ['https://', { 'Fn::GetAtt': ['FilesDistribution', 'DomainName'] }]],
    })
    expect(urlOf(template)).toBe('https://files.example.com')
  })

  it.each([
    ['in aws-cn', () => decide(inPartition('aws-cn', built.template))],
    ['where FILES=api', () => decide(withFiles('api'))],
  ])('are served by the API %s, and CloudFront is nowhere', (_, make) => {
    const made = make()
    expect(JSON.stringify(made.Resources)).not.toMatch(/CloudFront|cloudfront|FilesDistribution/)
    expect(urlOf(made)).toBe('https://api.example.com')
    for (const bucket of ['ImagesBucket', 'StaticBucket'])
      expect(policyOf(bucket, made).map(it => it.Effect)).toEqual(['Deny'])
  })

  // CloudFormation refuses a template with a type that it does not know, whatever its conditions say.
  it('name no origin access control in China, where CloudFormation knows none', async () => {
    const printed = await runServerless(['print', '--format', 'json'], { AWS_REGION: 'cn-north-1' })
    expect([printed.includes('FilesDistribution'), printed.includes('OriginAccessControl"')]).toEqual([true, false])
    expect(built.text).toContain('AWS::CloudFront::OriginAccessControl"')
  })

  it('are led to by a function that may read nothing else', () => {
    const inS3 = (role: string) =>
      rightsOf(role)
        .filter(it => !actionsOf(it)[0]?.startsWith('logs:'))
        .map(it => [JSON.stringify(it.Resource), ...actionsOf(it)])
    const look = (bucket: string) => [JSON.stringify(arn(bucket)), 's3:ListBucket']
    const read = (key: string) => [JSON.stringify({ 'Fn::Sub': key }), 's3:GetObject']
    const statics = [look('StaticBucket'), read(`\${StaticBucket.Arn}/static/*`)]
    expect(inS3('DomainFileRole')).toEqual(statics)
    expect(inS3('ServeFilesRole')).toEqual([look('ImagesBucket'), read(`\${ImagesBucket.Arn}/images/*`), ...statics])
  })

  it('tell ./queqiao static and a removal what they need', () => {
    const names = ['StaticBucketParameter', 'FilesUrlParameter'].map(it => propertiesOf(it)?.Name)
    expect(names).toEqual(['/queqiao/prod/static-bucket', '/queqiao/prod/files-url'])
    expect(propertiesOf('StaticBucketParameter')).toMatchObject({ Type: 'String', Value: { Ref: 'StaticBucket' } })
    const outputs = Object.entries(built.template.Outputs).map(([name, { Value }]) => [name, Value])
    expect(Object.fromEntries(outputs)).toMatchObject({
      ImagesBucket: { Ref: 'ImagesBucket' },
      StaticBucket: { Ref: 'StaticBucket' },
      DataPolicy: 'Retain',
      ImagesDomain: { 'Fn::GetAtt': ['ImagesBucket', 'RegionalDomainName'] },
    })
  })
})

it('gives what is to be pasted as outputs, and names no partition of its own', () => {
  expect(Object.keys(built.template.Outputs)).toEqual(
    expect.arrayContaining(['EgressAddress', 'EgressAllocationId', 'CallbackUrl', 'DomainTarget', 'HttpApiUrl']),
  )
  const given = [...roles, topic, certificate]
  const own = given.reduce((text, it) => text.replaceAll(it, ''), built.text)
  expect(own.match(/arn:aws[^"]*/g)).toBeNull()
})
