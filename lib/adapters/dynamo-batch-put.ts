/** Writing many rows with few requests. */

import { setTimeout as sleep } from 'node:timers/promises'

import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'

import { inRuns } from '../pool.ts'
import type { Dynamo } from './dynamo.ts'

/** DynamoDB takes 25 rows a request. */
const runSize = 25
/** What it did not get to is handed in again, with pauses that grow. */
const maxRounds = 5

/** Puts rows with distinct ids, whatever is stored; answers those that could not be written. */
export async function batchPut<T extends { readonly id: string }>(
  dynamo: Dynamo,
  table: string,
  items: readonly T[],
): Promise<T[]> {
  const runs = await Promise.all(inRuns(items, runSize).map(run => putRun(dynamo, table, run)))
  return runs.flat()
}

async function putRun<T extends { readonly id: string }>(
  dynamo: Dynamo,
  table: string,
  run: readonly T[],
): Promise<T[]> {
  let left = run
  for (let round = 0; left.length > 0 && round < maxRounds; round++) {
    if (round > 0) await sleep(50 * 2 ** round)
    const requests = left.map(item => ({ PutRequest: { Item: { ...item } } }))
    const { UnprocessedItems } = await dynamo.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }))
    const unprocessed = new Set(UnprocessedItems?.[table]?.map(it => it.PutRequest?.Item?.id))
    left = left.filter(it => unprocessed.has(it.id))
  }
  return [...left]
}
