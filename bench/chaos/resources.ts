/** The deployment's tables and queues, with the settings that they have on AWS, under short names. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'

import { deployment } from '../../kit/deployment.ts'
import { provisionQueues, provisionTables } from '../../local/provision.ts'

const anywhere = { region: 'us-east-1', credentials: { accessKeyId: 'chaos', secretAccessKey: 'chaos' } }

/** Makes the tables; answers a client of them. */
export async function makeTables(port: number): Promise<DynamoDBClient> {
  const dynamodb = new DynamoDBClient({ ...anywhere, endpoint: `http://127.0.0.1:${port}` })
  await provisionTables(dynamodb, deployment.tables)
  return dynamodb
}

/** Makes the queues; answers a client of them, and the queue of events. */
export async function makeQueues(port: number) {
  const sqs = new SQSClient({ ...anywhere, endpoint: `http://127.0.0.1:${port}` })
  const made = await provisionQueues(sqs, deployment.queues)
  const events = made.get('EventsQueue')
  if (events === undefined) throw new Error('resources/queues.yml has no EventsQueue')
  return { sqs, events }
}
