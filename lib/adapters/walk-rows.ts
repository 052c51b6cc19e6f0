/**
 * The rows of walks. `state`/0 holds the walk under way, the last complete one, the lease, and `spare`: pages that may
 * exist though no walk needs them. `page <digest>`/0 holds the openids of a page, packed: 10,000 take 210 KB, and
 * DynamoDB takes 400 KB a row.
 */

import { createHash } from 'node:crypto'

import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import { checked } from '../checked.ts'
import { isId, type OpenId } from '../identifiers.ts'
import { inRuns } from '../pool.ts'
import { batchGet, type Dynamo, onlyIf } from './dynamo.ts'
import { packedOpenids, packOpenids, unpackOpenids } from './packed-openids.ts'

export const stateKey = { walk: 'state', part: 0 }

/** A read of 16 rows brings 3 MB, which a small function has room for. */
const rowsPerRead = 16

const pageKeys = v.array(v.string())
const walkFields = v.object({
  id: v.string(),
  startedAt: v.number(),
  beganAt: v.number(),
  isEveryone: v.boolean(),
  pages: v.number(),
  followers: v.number(),
  total: v.number(),
  leastTotal: v.number(),
  fullPage: v.number(),
  odd: v.exactOptional(v.number()),
  isByCount: v.exactOptional(v.boolean()),
  came: v.number(),
  queuedPages: v.number(),
  pageKeys,
  next: v.exactOptional(v.custom<OpenId>(isId)),
  left: v.exactOptional(v.number()),
})

export const stateRow = v.object({
  current: v.exactOptional(walkFields),
  complete: v.exactOptional(walkFields),
  pausedUntil: v.exactOptional(v.number()),
  spare: v.exactOptional(pageKeys),
})

export type StateRow = v.InferOutput<typeof stateRow>

const pageRow = v.object({ walk: v.string(), ...packedOpenids.entries })

export type PageRows = ReturnType<typeof createPageRows>

/** Reads and writes the pages of walks. */
export function createPageRows(dynamo: Dynamo, table: string) {
  const put = (key: string, openids: readonly OpenId[], how: object = {}) =>
    onlyIf(dynamo.send(new PutCommand({ TableName: table, Item: { ...keyOf(key), ...packOpenids(openids) }, ...how })))

  return {
    put,
    /** Writes a page anew, unless the end of a walk has deleted it meanwhile. */
    replace: (key: string, openids: readonly OpenId[]) =>
      put(key, openids, { ConditionExpression: 'attribute_exists(walk)' }),
    async remove(keys: readonly string[]) {
      for (const key of keys) await dynamo.send(new DeleteCommand({ TableName: table, Key: keyOf(key) }))
    },
    async *read(keys: readonly string[]) {
      for (const run of inRuns([...new Set(keys)], rowsPerRead)) {
        const rows = (await batchGet(dynamo, table, run.map(keyOf))).map(it => checked(pageRow, it, 'a page of a walk'))
        const found = new Map(rows.map(it => [it.walk, unpackOpenids(it)]))
        for (const key of run) yield { key, openids: found.get(keyOf(key).walk) ?? [] }
      }
    },
  }
}

/** The name of a page: the same openids in the same order have the same. */
export function digestOf(openids: readonly OpenId[]): string {
  return createHash('sha256').update(openids.join('\n')).digest('base64url').slice(0, 22)
}

function keyOf(key: string): { walk: string; part: number } {
  return { walk: `page ${key}`, part: 0 }
}
