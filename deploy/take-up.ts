/** Tables left by an earlier deployment of the stage: refused by name, or imported into the stack again. */

import {
  type CloudFormationClient,
  CreateChangeSetCommand,
  ExecuteChangeSetCommand,
  waitUntilChangeSetCreateComplete,
  waitUntilStackImportComplete,
} from '@aws-sdk/client-cloudformation'
import { DescribeTableCommand, DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb'

import { type Config, type Resource, readTemplate, type Template, withCloudFormation } from './stack.ts'

type TakingUp = {
  readonly stack: string
  readonly region: string
  /** The template about to be deployed. */
  readonly template: Template
  /** The value of the parameter TABLES. */
  readonly tables: string
  readonly config: Config
  readonly tell: (line: string) => void
}
type Table = { readonly logicalId: string; readonly name: string; readonly resource: Resource }

const type = 'AWS::DynamoDB::Table'
const mostSeconds = 600

/** Returns what is wrong; does nothing if no left tables exist, as in all but a stage's first deployment. */
export async function takeUpTables(taking: TakingUp): Promise<string[]> {
  return withCloudFormation(taking.config, async client => {
    const deployed = await readTemplate(client, taking.stack)
    const wanted = tablesIn(taking.template)
    const missing = wanted.filter(it => deployed?.Resources?.[it.logicalId] === undefined)
    const found = await thoseThatExist(missing, taking.config)
    const absent = missing.filter(it => !found.includes(it))
    // A later version may add a table; but a stack without tables must find all of them.
    const isNew = missing.length === wanted.length
    if (taking.tables === 'existing' && isNew && absent.length > 0) return [refusalOfAbsent(absent, found, taking)]
    if (found.length === 0) return []
    if (taking.tables !== 'existing') return [refusal(found, taking.region)]
    await importInto(client, { ...taking, deployed: deployed ?? {}, found })
    taking.tell(`Imported again: ${found.map(it => it.name).join(', ')}`)
    return []
  })
}

export function tablesIn({ Resources = {} }: Template): Table[] {
  return Object.entries(Resources).flatMap(([logicalId, resource]) => {
    const { TableName } = resource.Properties ?? {}
    return resource.Type === type && typeof TableName === 'string' ? [{ logicalId, name: TableName, resource }] : []
  })
}

async function thoseThatExist(tables: readonly Table[], config: Config): Promise<Table[]> {
  const dynamo = new DynamoDBClient(await config())
  try {
    const found: Table[] = []
    for (const it of tables) if (await exists(dynamo, it.name)) found.push(it)
    return found
  } finally {
    dynamo.destroy()
  }
}

async function exists(dynamo: DynamoDBClient, TableName: string): Promise<boolean> {
  try {
    await dynamo.send(new DescribeTableCommand({ TableName }))
    return true
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false
    throw error
  }
}

function refusal(found: readonly Table[], region: string): string {
  const remove = found.map(
    ({ name }) =>
      `\n      aws dynamodb update-table --table-name ${name} --no-deletion-protection-enabled --region ${region}` +
      `\n      aws dynamodb delete-table --table-name ${name} --region ${region}`,
  )
  return `TABLES must be existing, to reuse the tables that an earlier deployment left; or delete them, with all their data, by${remove.join('')}`
}

/** A new empty table in place of a missing one would look like complete data. */
function refusalOfAbsent(absent: readonly Table[], found: readonly Table[], { region }: TakingUp): string {
  if (found.length === 0)
    return `TABLES must be new, or the stage or region is wrong: no table of the stage is in ${region} and this account`
  const names = absent.map(it => it.name).join(', ')
  return (
    `TABLES=existing finds only some of the tables in ${region}, and creates no empty ones in place of ${names}: deploy the` +
    ' version that the stage had before, or restore them first (docs/restore.md)'
  )
}

type Importing = TakingUp & { readonly deployed: Template; readonly found: readonly Table[] }

/** By CloudFormation's import: the tables belong to the stack again, and deployments change them as usual. */
async function importInto(client: CloudFormationClient, { stack, deployed, found }: Importing): Promise<void> {
  const Resources = { ...deployed.Resources, ...Object.fromEntries(found.map(it => [it.logicalId, it.resource])) }
  const place = { StackName: stack, ChangeSetName: `take-up-${Date.now()}` }
  await client.send(
    new CreateChangeSetCommand({
      ...place,
      ChangeSetType: 'IMPORT',
      TemplateBody: JSON.stringify({ ...deployed, Resources }),
      ResourcesToImport: found.map(({ logicalId, name }) => ({
        ResourceType: type,
        LogicalResourceId: logicalId,
        ResourceIdentifier: { TableName: name },
      })),
    }),
  )
  const waiting = { client, maxWaitTime: mostSeconds, minDelay: 1, maxDelay: 5 }
  await waitUntilChangeSetCreateComplete(waiting, place)
  await client.send(new ExecuteChangeSetCommand(place))
  await waitUntilStackImportComplete(waiting, { StackName: stack })
}
