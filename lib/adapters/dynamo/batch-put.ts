/** Writing many rows with few requests. */

import { setTimeout as sleep } from 'node:timers/promises'

import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'

import { inRuns } from '../../pool.ts'
import type { Dynamo } from './dynamo.ts'

/** DynamoDB takes 25 rows a request. */
const runSize = 25
/** What it did not get to is handed in again, with pauses that grow. */
const maxRounds = 5

type Row = { readonly id: string }
type Tell = (error: unknown, unwritten: readonly Row[]) => void

/**
 * Puts rows with distinct ids, whatever is stored; answers those that could not be written. One row that DynamoDB refuses
 * does not take its neighbours along. `tell` hears of each failure.
 */
export async function batchPut<T extends Row>(
  dynamo: Dynamo,
  table: string,
  items: readonly T[],
  tell: Tell,
): Promise<T[]> {
  const put = (run: readonly T[]) => putOrSplit(run, { put: rows => putRun(dynamo, table, rows), tell })
  return (await Promise.all(inRuns(items, runSize).map(put))).flat()
}

/** What was not written, and why, if a request failed: what had been written before is not among it. */
type Left<T> = { readonly left: readonly T[]; readonly error?: unknown }
type Put<T> = (rows: readonly T[]) => Promise<Left<T>>

/** A request of which DynamoDB says that something in it is wrong is made in halves. */
async function putOrSplit<T extends Row>(run: readonly T[], how: { put: Put<T>; tell: Tell }): Promise<readonly T[]> {
  const { left, error } = await how.put(run)
  if (error === undefined) return left
  if (left.length === 1 || !isRefused(error)) {
    how.tell(error, left)
    return left
  }
  const middle = Math.ceil(left.length / 2)
  const halves = [left.slice(0, middle), left.slice(middle)]
  return (await Promise.all(halves.map(half => putOrSplit(half, how)))).flat()
}

async function putRun<T extends Row>(dynamo: Dynamo, table: string, run: readonly T[]): Promise<Left<T>> {
  let left = run
  try {
    for (let round = 0; left.length > 0 && round < maxRounds; round++) {
      if (round > 0) await sleep(50 * 2 ** round)
      const requests = left.map(item => ({ PutRequest: { Item: { ...item } } }))
      const { UnprocessedItems } = await dynamo.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }))
      const unprocessed = new Set(UnprocessedItems?.[table]?.map(it => it.PutRequest?.Item?.id))
      left = left.filter(it => unprocessed.has(it.id))
    }
    return { left }
  } catch (error) {
    return { left, error }
  }
}

/** By DynamoDB, or by the SDK, which could not even put it into a request: those errors tell of no exchange. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && (error.name === 'ValidationException' || !('$metadata' in error))
}
