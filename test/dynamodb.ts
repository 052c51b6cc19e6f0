/** DynamoDB on loopback for tests, with the tables of resources/tables.yml, made anew for each who asks. */

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'

import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import dynalite from 'dynalite'
import * as v from 'valibot'
import { parse } from 'yaml'

export type Tables = {
  readonly dynamo: DynamoDBDocumentClient
  /** Makes a new, empty table of this kind and answers its name. */
  make(kind: 'tokens' | 'logins' | 'links' | 'deliveries' | 'walks'): Promise<string>
  close(): Promise<void>
}

const template = v.object({
  Resources: v.record(v.string(), v.object({ Properties: v.looseObject({ TableName: v.string() }) })),
})

/** Starts dynalite on a free port of 127.0.0.1. */
export async function openTables(): Promise<Tables> {
  const server = dynalite({ createTableMs: 0 }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const tables = await tableTemplates()
  let made = 0
  return {
    dynamo: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    async make(kind) {
      const TableName = `${kind}-${made++}`
      await client.send(
        new CreateTableCommand({ ...tables.get(kind), TableName } satisfies Partial<CreateTableCommandInput> & {
          TableName: string
        }),
      )
      return TableName
    },
    async close() {
      client.destroy()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function tableTemplates() {
  const text = await readFile(new URL('../resources/tables.yml', import.meta.url), 'utf8')
  const { Resources } = v.parse(template, parse(text))
  return new Map(
    Object.values(Resources).map(({ Properties: { TimeToLiveSpecification: _, ...table } }) => [
      /names\.(\w+)/.exec(table.TableName)?.[1],
      table,
    ]),
  )
}
