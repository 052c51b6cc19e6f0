/** The tables and queues of resources/, with the settings that they have on AWS, under short names. */

import { readFile } from 'node:fs/promises'

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import * as v from 'valibot'
import { parse } from 'yaml'

import { readDeployment } from '../../local/deployment.ts'
import { provisionQueues, provisionTables } from '../../local/provision.ts'

const anywhere = { region: 'us-east-1', credentials: { accessKeyId: 'chaos', secretAccessKey: 'chaos' } }
const resourcesOf = v.object({ Resources: v.record(v.string(), v.unknown()) })
const getAtt = {
  tag: '!GetAtt',
  resolve: (text: string) => ({ 'Fn::GetAtt': text.split('.') }),
}

/** Makes the tables; answers a client of them. */
export async function makeTables(port: number): Promise<DynamoDBClient> {
  const dynamodb = new DynamoDBClient({ ...anywhere, endpoint: `http://127.0.0.1:${port}` })
  await provisionTables(dynamodb, (await readAll()).tables)
  return dynamodb
}

/** Makes the queues; answers a client of them, and the queue of events. */
export async function makeQueues(port: number) {
  const sqs = new SQSClient({ ...anywhere, endpoint: `http://127.0.0.1:${port}` })
  const made = await provisionQueues(sqs, (await readAll()).queues)
  const events = made.get('EventsQueue')
  if (events === undefined) throw new Error('resources/queues.yml has no EventsQueue')
  return { sqs, events }
}

async function readAll() {
  const Resources = { ...(await readResources('tables.yml')), ...(await readResources('queues.yml')) }
  return readDeployment({ provider: {}, functions: {}, resources: { Resources } })
}

async function readResources(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(new URL(`../../resources/${file}`, import.meta.url), 'utf8')
  const named = text.replaceAll(/\$\{self:custom\.names\.(\w+)\}/g, '$1')
  return v.parse(resourcesOf, parse(named, { customTags: [getAtt], logLevel: 'error' })).Resources
}
