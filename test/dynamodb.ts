/** DynamoDB for tests, with the tables of resources/tables.yml, made anew for each who asks. */

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'

import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import dynalite from 'dynalite'
import * as v from 'valibot'
import { parse } from 'yaml'

import { waitUntilUsable } from '../local/provision.ts'

export type Tables = {
  /** Where this DynamoDB answers. */
  readonly url: string
  readonly dynamo: DynamoDBDocumentClient
  /** Makes a new, empty table of this kind and answers its name when it can be used. */
  make(kind: 'tokens' | 'logins' | 'links' | 'deliveries' | 'attempts' | 'walks' | 'images'): Promise<string>
  close(): Promise<void>
}

const template = v.object({
  Resources: v.record(v.string(), v.object({ Properties: v.looseObject({ TableName: v.string() }) })),
})

/** Starts dynalite on a free port of 127.0.0.1; a table of its is usable so long after it was made. */
export async function openTables(createTableMs = 0): Promise<Tables> {
  const server = dynalite({ createTableMs }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const tables = openTablesAt(`http://127.0.0.1:${typeof address === 'object' ? address?.port : undefined}`)
  return {
    ...tables,
    async close() {
      await tables.close()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Makes its tables in the DynamoDB that runs there. */
export function openTablesAt(endpoint: string): Tables {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials })
  let made = 0
  return {
    url: endpoint,
    dynamo: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    async make(kind) {
      const table = (await tableTemplates()).get(kind)
      const TableName = `${kind}-${made++}`
      await client.send(
        new CreateTableCommand({ ...table, TableName } satisfies Partial<CreateTableCommandInput> & {
          TableName: string
        }),
      )
      await waitUntilUsable(client, TableName)
      return TableName
    },
    close: async () => client.destroy(),
  }
}

/** How a table is built, and not how it is kept: that goes by the deployment's parameters. */
const built: ReadonlySet<string> = new Set([
  'AttributeDefinitions',
  'BillingMode',
  'GlobalSecondaryIndexes',
  'KeySchema',
])

async function tableTemplates() {
  const text = await readFile(new URL('../resources/tables.yml', import.meta.url), 'utf8')
  const { Resources } = v.parse(template, parse(text))
  return new Map(
    Object.values(Resources).map(({ Properties }) => [
      /names\.(\w+)/.exec(Properties.TableName)?.[1],
      Object.fromEntries(Object.entries(Properties).filter(([name]) => built.has(name))),
    ]),
  )
}
