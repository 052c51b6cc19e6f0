import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { CreateBucketCommand, GetObjectCommand } from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'

import Plugin from '../../deploy/plugin.ts'
import { openFolder, openS3 } from '../opened.ts'
import { openCloudFormation } from './cloudformation-box.ts'

const outputs = {
  EgressAddress: '203.0.113.7',
  EgressAllocationId: 'eipalloc-1',
  CallbackUrl: 'https://api.example.com/callback',
}

const noSuchStack = Object.assign(new Error('Stack with id queqiao-prod does not exist'), { name: 'ValidationError' })

type Opening = {
  readonly params: Readonly<Record<string, string>>
  readonly client: object
  readonly serviceDir: string
  /** What stands in the way of reading the stack, where there is none. */
  readonly failure: Error
}

function openPlugin(
  stack: Readonly<Record<string, string>> | undefined,
  { params = {}, client = {}, serviceDir = tmpdir(), failure = noSuchStack }: Partial<Opening> = {},
) {
  const told: string[] = []
  const info = {
    gatheredData: { outputs: [] as { OutputKey: string; OutputValue: string }[] },
    getStackInfo: async () => {
      if (stack === undefined) throw failure
      info.gatheredData.outputs = Object.entries(stack).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }))
    },
  }
  const serverless = {
    serviceDir,
    configurationInput: { params: { default: { egressAllocationId: '', egressAllocationId2: '', ...params } } },
    processedInput: { options: {} },
    servicePluginOutputs: new Map<string, readonly string[]>(),
    pluginManager: { getPlugins: () => [{}, info] },
    service: { getAllFunctionsNames: () => [], provider: {} },
    classes: { Error },
    getProvider: () => ({
      naming: { getStackName: () => 'queqiao-prod' },
      getStage: () => 'prod',
      getRegion: () => 'ap-southeast-1',
      getAwsSdkV3Config: async () => client,
    }),
  }
  const { hooks } = new Plugin(serverless, {}, { log: { notice: line => void told.push(line) } }, async () => undefined)
  return { told, serverless, info, run: async (hook: string) => hooks[hook]?.() }
}

it('shows with the other outputs what to paste where', async () => {
  const { run, info, serverless } = openPlugin(outputs)
  await info.getStackInfo()
  await run('after:aws:info:gatherData')
  expect(serverless.servicePluginOutputs.get('to paste')?.[0]).toMatch(/^203\.0\.113\.7 /)
})

it('refuses a parameter that serverless.yml does not have, which serverless would pass over', async () => {
  const { run, serverless } = openPlugin(undefined)
  const processedInput = { options: { param: ['forward-url=https://crm.example.com', 'egressAllocationId='] } }
  Object.assign(serverless, { processedInput })
  const refused = run('before:package:initialize')
  await expect(refused).rejects.toThrow('--param forward-url is no parameter of serverless.yml')
  await expect(refused).rejects.not.toThrow('--param egressAllocationId')
})

it('says after a removal how the address is taken again', async () => {
  const { run, told } = openPlugin(outputs)
  await run('before:remove:remove')
  await run('after:remove:remove')
  expect(told).toEqual([expect.stringContaining('EGRESS_ALLOCATION_ID=eipalloc-1')])
})

it('lets a stage be deployed that is not there yet, and refuses one that would lose its address', async () => {
  const client = await openCloudFormation([])
  await openPlugin(undefined, { client }).run('before:deploy:deploy')
  await openPlugin(outputs, { client }).run('before:deploy:deploy')
  const forgotten = openPlugin({ EgressAllocationId: 'eipalloc-1' }).run('before:deploy:deploy')
  await expect(forgotten).rejects.toThrow('EGRESS_ALLOCATION_ID must be eipalloc-1')
})

it('tells why a stack cannot be read, if not for there being none', async () => {
  const failure = Object.assign(new Error('The security token included in the request is expired'), {
    name: 'ExpiredToken',
  })
  for (const hook of ['before:deploy:deploy', 'before:remove:remove'])
    await expect(openPlugin(undefined, { failure }).run(hook)).rejects.toThrow('expired')
})

it('waits until a deployment that failed is undone, and tells what stays', async () => {
  const events = [
    ['queqiao-prod', 'AWS::CloudFormation::Stack', 'arn', 'UPDATE_ROLLBACK_COMPLETE'],
    ['LinksTable', 'AWS::DynamoDB::Table', 'queqiao-prod-links', 'DELETE_FAILED'],
    ['DomainRecord', 'AWS::Route53::RecordSet', '', 'CREATE_FAILED'],
    ['queqiao-prod', 'AWS::CloudFormation::Stack', 'arn', 'UPDATE_IN_PROGRESS'],
    // Of an earlier one.
    ['WalksTable', 'AWS::DynamoDB::Table', 'queqiao-prod-walks', 'DELETE_FAILED'],
  ] as const
  const states = ['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE']
  // Before it began, there was the earlier one only.
  const before = { status: 'UPDATE_COMPLETE', events: events.slice(-1) }
  const client = await openCloudFormation([before, ...states.map(status => ({ status, events }))])
  const { run, told } = openPlugin(outputs, { client })
  await run('before:deploy:deploy')
  await run('before:aws:deploy:deploy:updateStack')
  await run('error')
  expect(told).toEqual([
    expect.stringContaining('CloudFormation is rolling'),
    expect.stringContaining('Left behind'),
    expect.stringContaining('LinksTable: aws dynamodb delete-table --table-name queqiao-prod-links'),
    'Fix what failed, and deploy again.',
  ])
})

// What an earlier change left may be the stage's own address.
it('names nothing of an earlier change where CloudFormation refused to begin', async () => {
  const earlier = [
    ['queqiao-prod', 'AWS::CloudFormation::Stack', 'arn', 'UPDATE_COMPLETE'],
    ['EgressAddress', 'AWS::EC2::EIP', '203.0.113.7', 'DELETE_SKIPPED'],
    ['queqiao-prod', 'AWS::CloudFormation::Stack', 'arn', 'UPDATE_IN_PROGRESS'],
  ] as const
  const others = [['LinksTable', 'AWS::DynamoDB::Table', 'queqiao-prod-links', 'UPDATE_COMPLETE'], ...earlier] as const
  for (const events of [earlier, others]) {
    // In the second, what somebody else has begun goes on meanwhile.
    const client = await openCloudFormation([
      { status: 'UPDATE_COMPLETE', events: earlier },
      { status: 'UPDATE_IN_PROGRESS', events },
    ])
    const { run, told } = openPlugin(outputs, { client })
    await run('before:deploy:deploy')
    await run('before:aws:deploy:deploy:updateStack')
    await run('error')
    expect(told).toEqual(['CloudFormation did not start this deployment; nothing has changed.'])
  }
})

it('has nothing to tell of an error that changed nothing, or came after the change', async () => {
  const { run, told } = openPlugin(outputs, { client: await openCloudFormation([]) })
  await run('error')
  await run('before:aws:deploy:deploy:updateStack')
  await run('after:aws:deploy:deploy:updateStack')
  await run('error')
  expect(told).toEqual([])
})

it('asks no bucket where a removal keeps the data, or the stage has none', async () => {
  const client = { endpoint: 'http://127.0.0.1:9', region: 'us-east-1', maxAttempts: 1 }
  for (const stack of [undefined, outputs, { ...outputs, ImagesBucket: 'a', StaticBucket: 'b', DataPolicy: 'Retain' }])
    await openPlugin(stack, { client }).run('before:remove:remove')
  const emptying = openPlugin({ ImagesBucket: 'a', StaticBucket: 'b', DataPolicy: 'Delete' }, { client })
  await expect(emptying.run('before:remove:remove')).rejects.toThrow()
})

it('uploads the folder static after a deployment, and does nothing where there is none', async () => {
  const { s3, client } = await openS3({ maxAttempts: 1 })
  const serviceDir = await openFolder()
  const stack = { StaticBucket: 'stage-static', FilesUrl: 'https://files.example.com' }

  const without = openPlugin(stack, { client, serviceDir })
  await without.run('after:deploy:deploy')
  expect(without.told).toEqual([])

  await mkdir(join(serviceDir, 'static'))
  await writeFile(join(serviceDir, 'static/a.txt'), 'a')
  await expect(openPlugin(stack, { client, serviceDir }).run('after:deploy:deploy')).rejects.toThrow('its static files')

  await s3.send(new CreateBucketCommand({ Bucket: 'stage-static' }))
  const { run, told } = openPlugin(stack, { client, serviceDir })
  await run('after:deploy:deploy')
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'stage-static', Key: 'static/a.txt' }))
  expect(await Body?.transformToString()).toBe('a')
  expect(told.at(-1)).toContain('https://files.example.com/static/…')
})
