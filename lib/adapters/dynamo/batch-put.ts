/** Writes many rows with few requests. */

import { setTimeout as sleep } from 'node:timers/promises'

import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'

import { inRuns } from '../../pool.ts'
import type { Dynamo } from './dynamo.ts'

/** DynamoDB accepts 25 rows per request. */
const runSize = 25
/** Pauses before unprocessed rows are sent again. */
const maxRounds = 5

type Row = { readonly id: string }
type Tell = (error: unknown, unwritten: readonly Row[]) => void

/**
 * Puts rows with distinct ids, overwriting; returns those that could not be written. A row that DynamoDB rejects does
 * not fail its neighbours. `tell` receives each error.
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

/** The unwritten rows and the error of a failed request; rows that were written before are not included. */
type Left<T> = { readonly left: readonly T[]; readonly error?: unknown }
type Put<T> = (rows: readonly T[]) => Promise<Left<T>>

/** Splits a request in two if DynamoDB rejects something in it. */
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

/** Rejected by DynamoDB, or by the SDK while building the request: those errors have no HTTP exchange. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && (error.name === 'ValidationException' || !('$metadata' in error))
}
