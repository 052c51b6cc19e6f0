/**
 * The rows of an account's sync runs. `state <appid>`/0 holds the sync run under way, the last complete one, the lease, and
 * `spare`: pages that may exist though no sync run needs them. `page <appid> <digest>`/0 holds the openids of a page,
 * packed: 10,000 take 210 KB, and DynamoDB takes 400 KB a row. Longer openids than WeChat's are not packed, and such a page
 * may take more rows: `page <appid> <digest> <rows>`/0 and so on.
 */

import { createHash } from 'node:crypto'

import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import { isId, type OfficialAppId, type OpenId } from '../../identifiers.ts'
import { readAhead } from '../../pool.ts'
import type { SyncRun } from '../../sync/ports.ts'
import { validate } from '../../validate.ts'
import { batchGet, type Dynamo, onlyIf } from './dynamo.ts'
import { inStoredOrder, noOpenids, packedOpenids, packOpenids, splitByRows, unpackOpenids } from './packed-openids.ts'

export function stateKeyOf(official: OfficialAppId): RowKey {
  return { walk: `state ${official}`, part: 0 }
}

/** A read of 16 rows returns 3 MB, which a small function has memory for, twice: the next is read ahead. */
const rowsPerRead = 16

const pageKeys = v.array(v.string())
/** Some attributes have their names of old, for sync runs of earlier versions stand in the table. */
const runRow = v.pipe(
  v.object({
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
  }),
  v.transform(({ leastTotal: minTotal, fullPage: maxPageSize, came: added, left, isByCount, ...rest }): SyncRun => {
    const ending = {
      ...(isByCount ? { endInferredFromCount: true } : {}),
      ...(left === undefined ? {} : { removed: left }),
    }
    return { ...rest, minTotal, maxPageSize, added, ...ending }
  }),
)

/** A sync run as it is stored. */
export function runItem({ minTotal, maxPageSize, added, removed, endInferredFromCount, ...rest }: SyncRun): object {
  const ending = {
    ...(endInferredFromCount ? { isByCount: true } : {}),
    ...(removed === undefined ? {} : { left: removed }),
  }
  return { ...rest, leastTotal: minTotal, fullPage: maxPageSize, came: added, ...ending }
}

export const stateRow = v.object({
  current: v.exactOptional(runRow),
  complete: v.exactOptional(runRow),
  pausedUntil: v.exactOptional(v.number()),
  spare: v.exactOptional(pageKeys),
})

export type StateRow = v.InferOutput<typeof stateRow>

const pageRow = v.object({ walk: v.string(), part: v.number(), ...packedOpenids.entries })

export type PageRows = ReturnType<typeof createPageRows>

/** A stored page, in one part or, if openids are long, in several. */
type StoredPage = { readonly key: string; readonly parts: readonly (readonly OpenId[])[] }

/** Reads and writes the pages of sync runs. */
export function createPageRows(dynamo: Dynamo, table: string, official: OfficialAppId) {
  const rowOf = (key: string, part: number): RowKey => ({ walk: `page ${official} ${key}`, part })
  const rowsOf = (key: string) => Array.from({ length: countOf(key) }, (_, part) => rowOf(key, part))
  const put = (Key: RowKey, openids: readonly OpenId[], how: object = {}) =>
    onlyIf(dynamo.send(new PutCommand({ TableName: table, Item: { ...Key, ...packOpenids(openids) }, ...how })))

  async function* reads(runs: readonly (readonly string[])[]) {
    for (const run of runs) yield { run, rows: await batchGet(dynamo, table, run.flatMap(rowsOf)) }
  }

  return {
    async put(openids: readonly OpenId[]) {
      const key = pageKeyOf(openids)
      for (const [part, some] of splitByRows(openids).entries()) await put(rowOf(key, part), some)
    },
    /** Replaces a part, unless the end of a sync run deleted the page meanwhile. */
    replace: (key: string, part: number, openids: readonly OpenId[]) =>
      put(rowOf(key, part), openids, { ConditionExpression: 'attribute_exists(walk)' }),
    async remove(keys: readonly string[]) {
      for (const Key of keys.flatMap(rowsOf)) await dynamo.send(new DeleteCommand({ TableName: table, Key }))
    },
    async *read(keys: readonly string[]): AsyncIterable<StoredPage> {
      for await (const { run, rows } of readAhead(reads(inReads([...new Set(keys)])), 1)) {
        const found = new Map(rows.map(it => validate(pageRow, it, 'a page of a sync run')).map(it => [nameOf(it), it]))
        for (const key of run) {
          yield { key, parts: rowsOf(key).map(it => unpackOpenids(found.get(nameOf(it)) ?? noOpenids)) }
        }
      }
    },
  }
}

/** The key of a page: a digest of its openids, and the number of its rows if more than one. */
export function pageKeyOf(openids: readonly OpenId[]): string {
  const rows = splitByRows(openids)
  const stored = rows.flatMap(inStoredOrder)
  const digest = createHash('sha256').update(stored.join('\n')).digest('base64url').slice(0, 22)
  return rows.length === 1 ? digest : `${digest} ${rows.length}`
}

type RowKey = { readonly walk: string; readonly part: number }

/** In how many rows a page stands. */
function countOf(key: string): number {
  return Number(key.split(' ')[1] ?? 1)
}

function nameOf({ walk, part }: RowKey): string {
  return `${walk} ${part}`
}

/** Splits the keys so that each read covers few rows; a page is read whole. */
function inReads(keys: readonly string[]): string[][] {
  const reads: string[][] = []
  let rows = rowsPerRead
  for (const key of keys) {
    rows += countOf(key)
    if (rows > rowsPerRead) {
      reads.push([])
      rows = countOf(key)
    }
    reads.at(-1)?.push(key)
  }
  return reads
}
