/** DynamoDB for tests, with the tables of resources/tables.yml, made anew for each who asks. */

import { once } from 'node:events'

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import dynalite from 'dynalite'

import { deployment } from '../kit/deployment.ts'
import { listen } from '../kit/listen.ts'
import { provisionTables } from '../local/provision.ts'

export type Tables = {
  /** Where this DynamoDB answers. */
  readonly url: string
  readonly dynamo: DynamoDBDocumentClient
  /** Makes a new, empty table of this kind and answers its name when it can be used. */
  make(kind: 'tokens' | 'logins' | 'links' | 'deliveries' | 'attempts' | 'walks' | 'images'): Promise<string>
  close(): Promise<void>
}

/** Starts dynalite on a free port of 127.0.0.1; a table of its is usable so long after it was made. */
export async function openTables(createTableMs = 0): Promise<Tables> {
  const server = dynalite({ createTableMs })
  const tables = openTablesAt(`http://127.0.0.1:${await listen(server)}`)
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
      const TableName = `${kind}-${made++}`
      const table = deployment.tables.find(it => it.TableName === kind)
      if (table === undefined) throw new Error(`resources/tables.yml has no ${kind}`)
      await provisionTables(client, [{ ...table, TableName }])
      return TableName
    },
    close: async () => client.destroy(),
  }
}
