/**
 * Switches deletion protection of the stage's tables on if they are kept, and off if not. The template cannot: tables
 * protected from the start could not be rolled back when the first deployment fails.
 */

import { DescribeTableCommand, DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb'

import type { Config } from './stack.ts'

type Protecting = {
  readonly tables: readonly string[]
  readonly isKept: boolean
  readonly config: Config
  readonly tell: (line: string) => void
}

/** Reads first, so that a deployment without a change writes nothing; throws if a table cannot be changed. */
export async function protectTables({ tables, isKept, config, tell }: Protecting): Promise<void> {
  const dynamo = new DynamoDBClient(await config())
  try {
    const changed: string[] = []
    for (const TableName of tables) if (await protect(dynamo, TableName, isKept)) changed.push(TableName)
    if (changed.length > 0) tell(`Deletion protection is ${isKept ? 'on' : 'off'}: ${changed.join(', ')}`)
  } finally {
    dynamo.destroy()
  }
}

/** Returns whether something was changed. */
async function protect(dynamo: DynamoDBClient, TableName: string, isKept: boolean): Promise<boolean> {
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }))
  if ((Table?.DeletionProtectionEnabled ?? false) === isKept) return false
  await dynamo.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: isKept }))
  return true
}
