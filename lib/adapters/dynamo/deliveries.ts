/**
 * The deliveries: one row per event id, and one per receipt, `receipt#<appid>#<msgid>`. They are joined on reading, so
 * that neither waits for the other and an accepted message costs one write; `expiresAt` in seconds. If receipts are
 * published to a bus, `event#<appid>#<msgid>` maps a msgid to its event. Rows that are listed have two more fields (listing.ts).
 */

import { GetCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'
import { isAppId, type OfficialAppId } from '../../identifiers.ts'
import type { Log, Now } from '../../ports.ts'
import { type Delivery, type DoneMark, deliveryStates } from '../../send/delivery.ts'
import type { DeliveryStore, Msgid, Waiter } from '../../send/ports.ts'
import { validate } from '../../validate.ts'
import { batchPut } from './batch-put.ts'
import { isOver, isSurelyUnsent, isUnsent, mayWait, noState, unsent } from './delivery-conditions.ts'
import { batchGet, change, type Dynamo } from './dynamo.ts'
import { listingOf } from './listing.ts'

const officialAppid = v.custom<OfficialAppId>(isAppId)
const facts = {
  reason: v.exactOptional(v.string()),
  errcode: v.exactOptional(v.number()),
  rid: v.exactOptional(v.string()),
  msgid: v.exactOptional(v.string()),
}
const deliveryRow = v.object({
  id: v.string(),
  state: v.picklist(deliveryStates),
  official: v.exactOptional(officialAppid),
  ...facts,
  attempts: v.number(),
  at: v.string(),
  nextTryAt: v.exactOptional(v.string()),
  template: v.exactOptional(v.string()),
}) satisfies v.GenericSchema<unknown, Delivery>
/** `uncertain` is set while a call without an answer may have sent the event, even if there is no state yet. */
const uncertain = v.object({ since: v.number(), windows: v.number(), why: v.string(), official: officialAppid })
const markRow = v.object({ id: v.string(), state: v.exactOptional(v.string()), uncertain: v.exactOptional(uncertain) })
const receiptRow = v.object({
  state: v.picklist(deliveryStates),
  reason: v.exactOptional(v.string()),
  at: v.string(),
})
const expiry = v.object({ expiresAt: v.number() })

/** SQS keeps a message for at most 14 days: the done mark is kept for one day longer. */
const keepMs = 15 * 86_400_000
const saysUnsent: ReadonlySet<Delivery['state']> = new Set(['dropped', 'rejected'])

type Options = { readonly now: Now; readonly isIndexed: boolean; readonly log?: Log }

/** Creates the store of deliveries; `isIndexed` also writes the row that maps a msgid to its event. */
export function createDeliveryStore(dynamo: Dynamo, table: string, { now, isIndexed, log }: Options): DeliveryStore {
  const nowSeconds = () => Math.floor(now() / 1000)
  const expiresAt = () => expiryAt(now())
  const tell = (error: unknown, unwritten: readonly { readonly id: string }[]) =>
    log?.error('deliveries.not-written', { error, ids: unwritten.map(it => it.id) })
  // DynamoDB deletes expired rows with a delay.
  const isFresh = (item: unknown) => {
    const read = v.safeParse(expiry, item)
    return !read.success || read.output.expiresAt > nowSeconds()
  }
  const put: Put = async rows => {
    const items = rows.map(it => ({ ...it, expiresAt: expiresAt() }))
    return new Set((await batchPut(dynamo, table, items, tell)).map(it => it.id))
  }
  const get: Get = async id => {
    const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }))
    return Item !== undefined && isFresh(Item) ? Item : undefined
  }
  const write = (id: string, set: Readonly<Record<string, unknown>>, condition: string) =>
    change(dynamo, table, { id }, { set, condition, values: { ...unsent, nowSeconds: nowSeconds() } })

  return {
    async read(ids) {
      const keys = ids.map(id => ({ id }))
      const rows = (await batchGet(dynamo, table, keys)).filter(isFresh)
      return new Map(rows.map(item => [`${item.id}`, markOf(item)]))
    },
    accept: deliveries => acceptAll(deliveries, { put, isIndexed }),
    record(delivery, copy) {
      const { id, state, ...facts } = delivery
      const fields = { ...noState, ...facts, ...listingOf(delivery), state, copy, expiresAt: expiresAt() }
      // A parked event keeps its uncertainty for the next try; a finished one does not need it.
      const set = state === 'parked' ? fields : { ...fields, uncertain: undefined }
      return write(id, set, saysUnsent.has(state) ? isSurelyUnsent : isUnsent)
    },
    recordWaiting: (delivery, waiter) => recordWaiting({ dynamo, table }, delivery, { ...waiter, now: now() }),
    recordUncertainty(id, uncertainty) {
      return write(id, { ...noState, uncertain: { ...uncertainty }, expiresAt: expiresAt() }, isUnsent)
    },
    find: id => findWithReceipt(id, get),
    async keepReceipt(of, { state, reason, at }, signal) {
      const id = receiptKeyOf(of)
      const set = { state, reason, at, ...listingOf({ id, state, at }), expiresAt: expiresAt() }
      const how = { set, condition: isOver, values: { nowSeconds: nowSeconds() }, signal }
      await change(dynamo, table, { id }, how)
    },
    eventOf: async of => indexed(await get(eventKeyOf(of))),
  }
}

type Get = (id: string) => Promise<Readonly<Record<string, unknown>> | undefined>

/** Joins the row of an event with that of its receipt. */
async function findWithReceipt(id: string, get: Get): Promise<Delivery | undefined> {
  const item = await get(id)
  if (item === undefined || !('state' in item)) return undefined
  const delivery = validate(deliveryRow, item, 'a delivery')
  const { official, msgid, state } = delivery
  if (state !== 'accepted' || official === undefined || msgid === undefined) return delivery
  const receipt = await get(receiptKeyOf({ official, msgid }))
  return receipt === undefined ? delivery : { ...delivery, ...validate(receiptRow, receipt, 'a receipt') }
}

/** Puts rows, whatever is stored; answers the ids of those that could not be written. */
type Put = (rows: readonly { readonly id: string }[]) => Promise<ReadonlySet<string>>

/** The msgid row comes first: once an event is accepted, it is not processed again. */
async function acceptAll(deliveries: readonly Delivery[], { put, isIndexed }: { put: Put; isIndexed: boolean }) {
  const noWay = isIndexed ? await put(deliveries.flatMap(indexRowsOf)) : new Set()
  const hasNoWay = (it: Delivery) => indexRowsOf(it).some(row => noWay.has(row.id))
  const unwritten = await put(deliveries.filter(it => !hasNoWay(it)))
  return new Set(deliveries.flatMap(it => (hasNoWay(it) || unwritten.has(it.id) ? it.id : [])))
}

function expiryAt(now: number): number {
  return Math.ceil((now + keepMs) / 1000)
}

type Place = { readonly dynamo: Dynamo; readonly table: string }
type Whose = Waiter & { readonly now: number }

/** An expired row must not be updated, or its old fields would come back: it is replaced. */
async function recordWaiting(
  { dynamo, table }: Place,
  delivery: Delivery,
  { pushedAt, copy, now }: Whose,
): Promise<boolean> {
  const { id, ...facts } = delivery
  const set = { ...noState, ...facts, ...listingOf(delivery), copy, expiresAt: expiryAt(now) }
  const nowSeconds = Math.floor(now / 1000)
  const values = { ...unsent, pushedAt, nowSeconds }
  if (await change(dynamo, table, { id }, { set, condition: mayWait, values })) return true
  const anew = { set: { ...set, uncertain: undefined }, condition: '#expiresAt <= :nowSeconds', values: { nowSeconds } }
  return change(dynamo, table, { id }, anew)
}

function markOf(item: unknown): DoneMark {
  const mark = v.safeParse(markRow, item)
  if (!mark.success) return { isUnreadable: true }
  const { state, uncertain: uncertainty } = mark.output
  const known = uncertainty === undefined ? {} : { uncertainty }
  if (state === undefined) return known
  const delivery = v.safeParse(deliveryRow, item)
  return delivery.success ? { ...known, delivery: delivery.output } : { isUnreadable: true }
}

function indexed(item: unknown): string | undefined {
  return item === undefined ? undefined : validate(v.object({ event: v.string() }), item, 'a msgid').event
}

function indexRowsOf({ id, official, msgid }: Delivery) {
  return official === undefined || msgid === undefined ? [] : [{ id: eventKeyOf({ official, msgid }), event: id }]
}

/** Event ids contain no `#`. */
function eventKeyOf({ official, msgid }: Msgid): string {
  return `event#${official}#${msgid}`
}

function receiptKeyOf({ official, msgid }: Msgid): string {
  return `receipt#${official}#${msgid}`
}
