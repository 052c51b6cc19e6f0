/**
 * The rows of sync runs. `state`/0 holds the current run, the last complete one, the lease, and `spare`: pages that may
 * exist although no run needs them. `page <digest>`/0 holds the openids of a page, packed: 10,000 take 210 KB of
 * DynamoDB's 400 KB. Openids longer than usual are not packed, and such a page may take more rows: `page <digest>
 * <rows>`/0 and so on.
 */

import { createHash } from 'node:crypto'

import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'
import { isId, type OpenId } from '../../identifiers.ts'
import { validate } from '../../validate.ts'
import { batchGet, type Dynamo, onlyIf } from './dynamo.ts'
import { noOpenids, packedOpenids, packOpenids, splitByRows, unpackOpenids } from './packed-openids.ts'

export const stateKey = { walk: 'state', part: 0 }

/** A read of 16 rows returns 3 MB, which a small function has memory for. */
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

const pageRow = v.object({ walk: v.string(), part: v.number(), ...packedOpenids.entries })

export type PageRows = ReturnType<typeof createPageRows>

/** A stored page, in one part or, if openids are long, in several. */
type StoredPage = { readonly key: string; readonly parts: readonly (readonly OpenId[])[] }

/** Reads and writes the pages of sync runs. */
export function createPageRows(dynamo: Dynamo, table: string) {
  const put = (Key: RowKey, openids: readonly OpenId[], how: object = {}) =>
    onlyIf(dynamo.send(new PutCommand({ TableName: table, Item: { ...Key, ...packOpenids(openids) }, ...how })))

  return {
    async put(openids: readonly OpenId[]) {
      const key = pageKeyOf(openids)
      for (const [part, some] of splitByRows(openids).entries()) await put({ ...keyOf(key), part }, some)
    },
    /** Replaces a part, unless the end of a sync run deleted the page meanwhile. */
    replace: (key: string, part: number, openids: readonly OpenId[]) =>
      put({ ...keyOf(key), part }, openids, { ConditionExpression: 'attribute_exists(walk)' }),
    async remove(keys: readonly string[]) {
      for (const Key of keys.flatMap(rowsOf)) await dynamo.send(new DeleteCommand({ TableName: table, Key }))
    },
    async *read(keys: readonly string[]): AsyncIterable<StoredPage> {
      for (const run of inReads([...new Set(keys)])) {
        const rows = await batchGet(dynamo, table, run.flatMap(rowsOf))
        const found = new Map(rows.map(it => validate(pageRow, it, 'a page of a walk')).map(it => [nameOf(it), it]))
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
  // In the order of unpacking: those of the usual length first.
  const stored = rows.flatMap(it => unpackOpenids(packOpenids(it)))
  const digest = createHash('sha256').update(stored.join('\n')).digest('base64url').slice(0, 22)
  return rows.length === 1 ? digest : `${digest} ${rows.length}`
}

type RowKey = { readonly walk: string; readonly part: number }

function keyOf(key: string): { walk: string } {
  return { walk: `page ${key}` }
}

function rowsOf(key: string): RowKey[] {
  const count = Number(key.split(' ')[1] ?? 1)
  return Array.from({ length: count }, (_, part) => ({ ...keyOf(key), part }))
}

function nameOf({ walk, part }: RowKey): string {
  return `${walk} ${part}`
}

/** Splits the keys so that each read covers few rows; a page is read whole. */
function inReads(keys: readonly string[]): string[][] {
  const reads: string[][] = []
  let rows = rowsPerRead
  for (const key of keys) {
    rows += rowsOf(key).length
    if (rows > rowsPerRead) {
      reads.push([])
      rows = rowsOf(key).length
    }
    reads.at(-1)?.push(key)
  }
  return reads
}
