/** Production keeps its data, and nothing else: not what a first deployment made that failed, and all that was used. */

import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import * as v from 'valibot'

import { callDynamo, readOutputs, readResources } from './aws.ts'
import { failing } from './changes.ts'
import type { World } from './checks.ts'
import type { Ministack } from './ministack.ts'
import { stack } from './stage.ts'

const deliveries = `${stack}-deliveries`
const row = { id: { S: 'order-2:paid' } }
const found = v.object({ Item: v.optional(v.looseObject({})) })
const listed = v.object({ TableNames: v.array(v.string()) })
const described = v.object({ Table: v.object({ DeletionProtectionEnabled: v.boolean() }) })

/** An account with nothing in it has what fails there first: a service that it may not use yet, a quota, a zone that is not its own. */
export async function playFirstFailure(world: Pick<World, 'trials' | 'commands' | 'ministack'>): Promise<void> {
  const { trials, commands, ministack } = world
  await trials.play('The first deployment fails, and leaves nothing', '首次部署失败', async () => {
    const { code, output } = await commands.tryDeploy(failing)
    const [why] = output.match(/.*DomainRecord.*/) ?? []
    if (code === 0 || why === undefined) throw new Error(`it should have failed for its zone:\n${output}`)
    if (!output.includes('Nothing of it is left behind.')) throw new Error(`it does not say so:\n${output}`)
    const left = [...(await tablesOf(ministack)), ...(await bucketsOf(ministack))]
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`)
    return { result: undefined, told: why.trim() }
  })
}

/** The stage is removed, and made again over its tables. */
export async function playKeptTables(world: World, beforeRemoval: () => Promise<void>): Promise<void> {
  const { trials, commands, ministack } = world
  const told = await trials.play('The tables are protected since the first success', '防误删', async () => {
    const open = await unprotected(ministack)
    if (open.length > 0) throw new Error(`not protected: ${open.join(', ')}`)
    const result = await tablesOf(ministack)
    await callDynamo(ministack.aws, 'PutItem', { TableName: deliveries, Item: row })
    return { result, told: result.join(', ') }
  })
  await trials.play('The stage is removed, but for its tables', '删除部署', async () => {
    await beforeRemoval()
    const output = await commands.sls('remove')
    await mustBeGone(ministack)
    if (!output.includes('TABLES=existing')) throw new Error(`it does not say how they are taken up:\n${output}`)
    const left = await tablesOf(ministack)
    if (`${left}` !== `${told}`) throw new Error(`left: ${left.join(', ')}`)
    return { result: undefined, told: `the stack is gone, ${left.length} tables are there` }
  })
  await trials.play('A new deployment is refused while they are there', '拒绝重名', async () => {
    const { code, output } = await commands.tryDeploy({})
    if (code === 0 || !output.includes('TABLES must be existing')) throw new Error(output)
    return { result: undefined, told: 'TABLES must be existing' }
  })
  await trials.play('TABLES=existing takes them up, with what is in them', '接管数据表', async () => {
    await commands.sls('deploy', { TABLES: 'existing' })
    const asked = { TableName: deliveries, Key: row, ConsistentRead: true }
    const { Item } = v.parse(found, await callDynamo(ministack.aws, 'GetItem', asked))
    const own = (await readResources(ministack.aws, stack)).filter(it => it.ResourceType === 'AWS::DynamoDB::Table')
    if (Item === undefined || own.length !== told.length) throw new Error(JSON.stringify({ Item, own }))
    return { result: undefined, told: `${own.length} tables are the stack’s own again` }
  })
  await trials.play('A deployment with KEEP_DATA=off', '不再保留数据', async () => {
    const output = await commands.sls('deploy', { KEEP_DATA: 'off' })
    if (!output.includes('Deletion protection is off')) throw new Error(output)
    return { result: undefined, told: 'the tables are protected no more' }
  })
  await trials.play('The tables go with the stage', '连同数据删除', async () => {
    await commands.sls('remove', { KEEP_DATA: 'off' })
    await mustBeGone(ministack)
    const left = await tablesOf(ministack)
    if (left.length > 0) throw new Error(`left: ${left.join(', ')}`)
    return { result: undefined, told: 'the stack and its tables are gone' }
  })
}

async function mustBeGone({ aws }: Ministack): Promise<void> {
  const left = await readOutputs(aws, stack).then(
    () => 'the stack is still there',
    () => undefined,
  )
  if (left !== undefined) throw new Error(left)
}

async function tablesOf({ aws }: Ministack): Promise<string[]> {
  const { TableNames } = v.parse(listed, await callDynamo(aws, 'ListTables', {}))
  return TableNames.filter(it => it.startsWith(stack)).sort()
}

/** Those of pictures and of static files; the one that serverless uploads to may stay for the next deployment. */
async function bucketsOf({ aws }: Ministack): Promise<string[]> {
  const { accessKeyId, secretAccessKey, region } = aws.signer
  const credentials = { accessKeyId, secretAccessKey }
  const s3 = new S3Client({ endpoint: aws.endpoint, region, credentials, forcePathStyle: true })
  try {
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}))
    return Buckets.flatMap(it => it.Name ?? []).filter(it => /(images|static)bucket/.test(it))
  } finally {
    s3.destroy()
  }
}

async function unprotected(ministack: Ministack): Promise<string[]> {
  const isOpen = async (TableName: string) => {
    const { Table } = v.parse(described, await callDynamo(ministack.aws, 'DescribeTable', { TableName }))
    return !Table.DeletionProtectionEnabled
  }
  const tables = await tablesOf(ministack)
  const open = await Promise.all(tables.map(isOpen))
  return tables.filter((_, index) => open[index])
}
