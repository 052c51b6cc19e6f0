/** Lists deliveries that are not simply delivered, from the index `by-state` (its fields: listing.ts). */

import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import { isAppId, type OfficialAppId } from '../../identifiers.ts'
import type { Log, Now } from '../../ports.ts'
import { type ListedDelivery, listedStates } from '../../send/delivery.ts'
import type { DeliveryList, ListingOrder } from '../../send/ports.ts'
import { batchGet, type Dynamo, type StartKey } from './dynamo.ts'
import { listingKey, listingShards } from './listing.ts'
import { type MergedRow, mergeNewest, type ReadMore } from './merge-newest.ts'

const official = v.custom<OfficialAppId>(isAppId)
const listedRow = v.object({
  id: v.string(),
  listedAt: v.string(),
  state: v.picklist(listedStates),
  official: v.exactOptional(official),
  reason: v.exactOptional(v.string()),
  errcode: v.exactOptional(v.number()),
  rid: v.exactOptional(v.string()),
  attempts: v.exactOptional(v.number()),
  at: v.string(),
  nextTryAt: v.exactOptional(v.string()),
  template: v.exactOptional(v.string()),
  expiresAt: v.number(),
})
type ListedRow = v.InferOutput<typeof listedRow>

const pageSize = 50
/** Rows that a page looks at, however few of them match. */
const mostRows = 1000
/** Rows of one shard that are read at once. */
const runSize = 20
/** Before and after every `listedAt`, which begins with a digit. */
const [earliest, latest] = ['0', '~']

type Options = { readonly now: Now; readonly log: Pick<Log, 'error'> }

/** Creates the list. */
export function createDeliveryList(dynamo: Dynamo, table: string, { now, log }: Options): DeliveryList {
  return {
    async page({ states, template, since = earliest, after = latest }) {
      // DynamoDB refuses a range that ends before it begins.
      if (after < since) return { deliveries: [] }
      const keys = states.flatMap(state => Array.from({ length: listingShards }, (_, it) => listingKey(state, it)))
      const shards = keys.map(it => readShard(dynamo, table, it, { since, until: after }))
      const isHere = (row: ListedRow) => isWanted(row, template, now())
      const { found, unreadable, next } = await takePage(mergeNewest(shards), after, isHere)
      if (unreadable > 0) log.error('deliveries.unreadable', { rows: unreadable })
      return { deliveries: await named(dynamo, table, found), ...(next && { next }) }
    },
  }
}

/** Takes those that are wanted of a page; `next` is where it ended, if rows are left. */
async function takePage(rows: AsyncIterable<MergedRow>, after: string, isHere: (row: ListedRow) => boolean) {
  const found: ListedRow[] = []
  let [seen, unreadable, last] = [0, 0, '']
  for await (const { listedAt, item } of rows) {
    // Where the page before ended.
    if (listedAt === after) continue
    if (seen === mostRows || found.length === pageSize) return { found, unreadable, next: last }
    seen++
    last = listedAt
    const row = v.safeParse(listedRow, item)
    if (!row.success) unreadable++
    else if (isHere(row.output)) found.push(row.output)
  }
  return { found, unreadable }
}

/** DynamoDB deletes expired rows with a delay. */
function isWanted(row: ListedRow, template: ListingOrder['template'], now: number): boolean {
  return row.expiresAt * 1000 > now && (template === undefined || row.template === template)
}

type Range = { readonly since: string; readonly until: string }

/** Reads a shard run by run, the newest first. */
function readShard(dynamo: Dynamo, table: string, key: string, { since, until }: Range): ReadMore {
  let from: StartKey
  return async () => {
    const answer = await dynamo.send(
      new QueryCommand({
        TableName: table,
        IndexName: 'by-state',
        KeyConditionExpression: '#listed = :key AND #listedAt BETWEEN :since AND :until',
        ExpressionAttributeNames: { '#listed': 'listed', '#listedAt': 'listedAt' },
        ExpressionAttributeValues: { ':key': key, ':since': since, ':until': until },
        ScanIndexForward: false,
        Limit: runSize,
        ExclusiveStartKey: from,
      }),
    )
    from = answer.LastEvaluatedKey
    const rows = (answer.Items ?? []).map(item => ({ listedAt: `${item.listedAt}`, item }))
    return { rows, hasMore: from !== undefined }
  }
}

const receiptKey = /^receipt#(wx[0-9a-f]{16})#(\d+)$/
const eventRow = v.object({ id: v.string(), event: v.string() })

/** A receipt names a message by its msgid; which event that was, is known where the store keeps an index of them. */
async function named(dynamo: Dynamo, table: string, rows: readonly ListedRow[]): Promise<ListedDelivery[]> {
  const keys = rows.flatMap(it => (receiptKey.test(it.id) ? { id: eventKeyOf(it.id) } : []))
  const items = await batchGet(dynamo, table, keys)
  const events = new Map(
    items.map(item => v.safeParse(eventRow, item)).flatMap(it => (it.success ? [[it.output.id, it.output.event]] : [])),
  )
  return rows.map(({ listedAt: _, expiresAt: __, id, ...facts }) => {
    const [, appid, msgid] = receiptKey.exec(id) ?? []
    if (msgid === undefined || !isAppId(appid)) return { id, ...facts }
    const event = events.get(eventKeyOf(id))
    return { ...(event === undefined ? {} : { id: event }), ...facts, official: appid, msgid }
  })
}

function eventKeyOf(receipt: string): string {
  return receipt.replace(/^receipt/, 'event')
}
