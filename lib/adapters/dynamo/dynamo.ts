/** The DynamoDB client, and requests that take more than one line. */

import { setTimeout as sleep } from 'node:timers/promises'

import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  type QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'

import { inRuns } from '../../pool.ts'
import { requestLimits } from '../aws/limits.ts'

export type Dynamo = DynamoDBDocumentClient

type Item = Readonly<Record<string, unknown>>

/** DynamoDB accepts so many. */
const keysPerRequest = 100
/** DynamoDB returns at most 16 MB, or what its throughput allows; the rest is requested again after growing pauses. */
const maxRounds = 6

/** Creates the client; the SDK finds its endpoint and region (AWS_ENDPOINT_URL_DYNAMODB, AWS_REGION). */
export function openDynamo(): Dynamo {
  const client = new DynamoDBClient({ requestHandler: requestLimits })
  // It would filter each request for a log that nobody reads.
  client.middlewareStack.remove('loggerMiddleware')
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
}

/** Reads items by distinct keys, strongly consistent, a hundred with each request. Throws if some stay unread. */
export async function batchGet(dynamo: Dynamo, table: string, keys: readonly Item[]): Promise<Item[]> {
  const runs = inRuns(keys, keysPerRequest)
  return (await Promise.all(runs.map(run => getRun(dynamo, table, run)))).flat()
}

async function getRun(dynamo: Dynamo, table: string, keys: readonly Item[]): Promise<Item[]> {
  const items: Item[] = []
  let left = keys
  for (let round = 0; left.length > 0; round++) {
    if (round === maxRounds) throw new Error(`${left.length} items of ${table} stayed unread`)
    if (round > 0) await sleep(50 * 2 ** round)
    const request = { [table]: { Keys: [...left], ConsistentRead: true } }
    const answer = await dynamo.send(new BatchGetCommand({ RequestItems: request }))
    items.push(...(answer.Responses?.[table] ?? []))
    left = answer.UnprocessedKeys?.[table]?.Keys ?? []
  }
  return items
}

export type StartKey = QueryCommandInput['ExclusiveStartKey']

/** Runs a query to its end, page by page; `query` makes the command that starts after a key. */
export async function* queryAll(dynamo: Dynamo, query: (from: StartKey) => QueryCommand): AsyncIterable<Item[]> {
  let from: StartKey
  do {
    const answer = await dynamo.send(query(from))
    yield answer.Items ?? []
    from = answer.LastEvaluatedKey
  } while (from !== undefined)
}

/** Runs a conditional write; returns false if its condition did not hold. */
export async function onlyIf(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false
    throw error
  }
}

/**
 * An update of one item: `set` writes each field, or removes it if undefined; `add` adds to sets; `values` are those of
 * the condition; `signal` gives it up.
 */
export type Change = {
  readonly set: Item
  readonly add?: Readonly<Record<string, ReadonlySet<string>>>
  readonly condition: string
  readonly values?: Item
  readonly signal?: AbortSignal | undefined
}

/** A condition on an item; in it a field is `#name` and a value `:name`. */
export type Condition = { readonly condition: string; readonly values: Item }

/** Both conditions. */
export function bothOf(one: Condition, other: Condition): Condition {
  return {
    condition: `(${one.condition}) AND (${other.condition})`,
    values: { ...one.values, ...other.values },
  }
}

/** Removes one item if its condition holds. */
export function removeIf(dynamo: Dynamo, table: string, key: Item, { condition, values }: Condition): Promise<boolean> {
  const names = [...condition.matchAll(/#(\w+)/g)].map(([name, field]) => [name, field ?? ''] as const)
  const bound = Object.entries(values).map(([name, value]) => [`:${name}`, value] as const)
  return onlyIf(
    dynamo.send(
      new DeleteCommand({
        TableName: table,
        Key: key,
        ConditionExpression: condition,
        ExpressionAttributeNames: Object.fromEntries(names),
        ...(bound.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(bound) }),
      }),
    ),
  )
}

/** Updates one item if its condition holds; in it a field is `#name` and a value of its own `:name`. */
export function change(dynamo: Dynamo, table: string, key: Item, how: Change): Promise<boolean> {
  const { set, add = {}, condition, values, signal } = how
  const names = [
    ...new Set([
      ...Object.keys(set),
      ...Object.keys(add),
      ...[...condition.matchAll(/#(\w+)/g)].map(it => it[1] ?? ''),
    ]),
  ]
  const kept = Object.entries(set).filter(([, value]) => value !== undefined)
  const gone = Object.entries(set).filter(([, value]) => value === undefined)
  const expression = [
    kept.length === 0 ? '' : `SET ${kept.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    gone.length === 0 ? '' : `REMOVE ${gone.map(([name]) => `#${name}`).join(', ')}`,
    Object.keys(add).length === 0
      ? ''
      : `ADD ${Object.keys(add)
          .map(name => `#${name} :${name}`)
          .join(', ')}`,
  ]
  const bound = Object.entries({ ...Object.fromEntries(kept), ...add, ...values }).map(([name, value]) => [
    `:${name}`,
    value,
  ])
  return onlyIf(
    dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: key,
        UpdateExpression: expression.join(' ').trim(),
        ConditionExpression: condition,
        ExpressionAttributeNames: Object.fromEntries(names.map(name => [`#${name}`, name])),
        ...(bound.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(bound) }),
      }),
      signal === undefined ? {} : { abortSignal: signal },
    ),
  )
}
