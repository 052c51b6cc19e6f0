/** Production keeps its data, and nothing else: not what a first deployment made that failed, and all that was used. */

import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'

import { readOutputs, readResources } from './aws.ts'
import { failing } from './changes.ts'
import type { World } from './checks.ts'
import type { Ministack } from './ministack.ts'
import { stack } from './stage.ts'

const deliveries = `${stack}-deliveries`
const row = { id: { S: 'order-1:paid' } }

/** An account with nothing in it has what fails there first: a service that it may not use yet, a quota, a zone that is not its own. */
export async function playFirstFailure(world: Pick<World, 'trials' | 'commands' | 'ministack'>): Promise<void> {
  const { trials, commands, ministack } = world
  await trials.play('The first deployment fails, and leaves nothing', '首次部署失败', async () => {
    const { code, output } = await commands.tryDeploy(failing)
    const [why] = output.match(/.*DomainRecord.*/) ?? []
    if (code === 0 || why === undefined) throw new Error(`it should have failed for its zone:\n${output}`)
    if (!output.includes('Nothing of it is left behind.')) throw new Error(`it does not say so:\n${output}`)
    const left = await tablesOf(ministack)
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
    await withDynamo(ministack, it => it.send(new PutItemCommand({ TableName: deliveries, Item: row })))
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
    const { Item } = await withDynamo(ministack, it =>
      it.send(new GetItemCommand({ TableName: deliveries, Key: row, ConsistentRead: true })),
    )
    const own = (await readResources(ministack.aws, stack)).filter(it => it.ResourceType === 'AWS::DynamoDB::Table')
    if (Item === undefined || own.length !== told.length) throw new Error(JSON.stringify({ Item, own }))
    return { result: undefined, told: `${own.length} tables are the stack’s own again` }
  })
  await trials.play('With KEEP_DATA=off they go with the stage', '连同数据删除', async () => {
    await commands.sls('deploy', { KEEP_DATA: 'off' })
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

async function tablesOf(ministack: Ministack): Promise<string[]> {
  const { TableNames = [] } = await withDynamo(ministack, it => it.send(new ListTablesCommand({})))
  return TableNames.filter(it => it.startsWith(stack)).sort()
}

async function unprotected(ministack: Ministack): Promise<string[]> {
  const tables = await tablesOf(ministack)
  const isOpen = async (TableName: string) => {
    const { Table } = await withDynamo(ministack, it => it.send(new DescribeTableCommand({ TableName })))
    return Table?.DeletionProtectionEnabled !== true
  }
  const open = await Promise.all(tables.map(isOpen))
  return tables.filter((_, index) => open[index])
}

async function withDynamo<T>({ aws }: Ministack, work: (client: DynamoDBClient) => Promise<T>): Promise<T> {
  const { endpoint, signer } = aws
  const client = new DynamoDBClient({ endpoint, region: signer.region, credentials: signer })
  try {
    return await work(client)
  } finally {
    client.destroy()
  }
}
