/**
 * The deliveries of a stage, read from their table.
 *
 * `GET /deliveries/{id}` tells the same, but on AWS its URL would have to be given, or asked of CloudFormation, and the
 * request be signed. The table's name follows from the stage, one right (`dynamodb:GetItem`) does, no row names a
 * person, and the local stack's table is read in the same way.
 */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

import { createDeliveryStore } from '../../lib/adapters/dynamo/deliveries.ts'
import type { Now } from '../../lib/ports.ts'
import type { DeliveryStore } from '../../lib/send/ports.ts'
import { ask } from '../../local/stage/explain-failure.ts'
import { clientConfig, type Place } from '../../local/stage/place.ts'

export type Deliveries = Pick<DeliveryStore, 'find'>

const answerLimitMs = 15_000

/** Opens the deliveries. */
export function openDeliveries(place: Place, now: Now): Deliveries {
  const table = `queqiao-${place.stage}-deliveries`
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig(place, answerLimitMs)))
  const store = createDeliveryStore(dynamo, table, { now, isIndexed: false })
  const asked = { service: 'DynamoDB', what: `table ${table}`, right: `dynamodb:GetItem on ${table}` }
  return { find: id => ask(place, asked, store.find(id)) }
}
