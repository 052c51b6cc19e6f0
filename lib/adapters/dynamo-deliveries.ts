/**
 * The deliveries: one row per event id, and one per receipt by its msgid, `receipt#<msgid>`. The two are joined when they
 * are read, so that neither waits for the other and an accepted message costs one write; `expiresAt` in seconds. Where a
 * bus is told of receipts, `event#<msgid>` leads from a msgid to its event.
 */

import { GetCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import { checked } from '../checked.ts'
import type { Delivery, DoneMark, Parking } from '../delivery.ts'
import type { DeliveryStore, Now } from '../ports.ts'
import { batchGet, change, type Dynamo } from './dynamo.ts'
import { batchPut } from './dynamo-batch-put.ts'

const states = ['accepted', 'delivered', 'blocked', 'failed', 'dropped', 'rejected', 'parked', 'in-doubt'] as const
const row = v.object({
  id: v.string(),
  state: v.picklist(states),
  reason: v.exactOptional(v.string()),
  errcode: v.exactOptional(v.number()),
  rid: v.exactOptional(v.string()),
  msgid: v.exactOptional(v.string()),
  attempts: v.number(),
  at: v.string(),
}) satisfies v.GenericSchema<unknown, Delivery>
/** `parkings` is a set of texts: a receive, and behind a blank since when it is in doubt. */
const markRow = v.object({ ...row.entries, parkings: v.exactOptional(v.set(v.string())) })
const receiptRow = v.object({ state: v.picklist(states), reason: v.exactOptional(v.string()), at: v.string() })
const expiry = v.object({ expiresAt: v.number() })

/** A queue holds a message for at most 14 days: for a day longer its event is known to be done. */
const keepMs = 15 * 86_400_000
/** Nothing on a phone is ever taken for less than that again. */
const isUnsent = 'attribute_not_exists(#id) OR #expiresAt <= :nowSeconds OR #state IN (:dropped, :rejected, :parked)'

type Options = { readonly now: Now; readonly isIndexed: boolean }

/** Creates the store of deliveries; `isIndexed` writes the way from a msgid to its event as well. */
export function createDeliveryStore(dynamo: Dynamo, table: string, { now, isIndexed }: Options): DeliveryStore {
  const nowSeconds = () => Math.floor(now() / 1000)
  const expiresAt = () => Math.ceil((now() + keepMs) / 1000)
  // DynamoDB deletes in its own time.
  const isFresh = (item: unknown) => checked(expiry, item, 'a delivery').expiresAt > nowSeconds()
  const get = async (id: string) => {
    const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }))
    return Item !== undefined && isFresh(Item) ? Item : undefined
  }

  return {
    async read(ids) {
      const keys = ids.map(id => ({ id }))
      const rows = (await batchGet(dynamo, table, keys)).filter(isFresh).map(markOf)
      return new Map(rows.map(it => [it.id, it]))
    },
    async accept(deliveries) {
      const index = isIndexed ? deliveries.flatMap(indexRowOf) : []
      const items = [...index, ...deliveries].map(it => ({ ...it, expiresAt: expiresAt() }))
      return new Set((await batchPut(dynamo, table, items)).map(it => it.id))
    },
    async record({ id, state, reason, errcode, rid, msgid, attempts, at }, parkings) {
      const fields = { state, reason, errcode, rid, msgid, attempts, at, expiresAt: expiresAt() }
      const values = { nowSeconds: nowSeconds(), dropped: 'dropped', rejected: 'rejected', parked: 'parked' }
      const how =
        parkings === undefined
          ? { set: { ...fields, parkings: undefined } }
          : { set: fields, add: { parkings: new Set(parkings.map(textOf)) } }
      await change(dynamo, table, { id }, { ...how, condition: isUnsent, values })
    },
    async find(id) {
      const item = await get(id)
      if (item === undefined) return undefined
      const delivery = checked(row, item, 'a delivery')
      const receipt = delivery.msgid === undefined ? undefined : await get(keyOf(delivery.msgid))
      if (delivery.state !== 'accepted' || receipt === undefined) return delivery
      return { ...delivery, ...checked(receiptRow, receipt, 'a receipt') }
    },
    async keepReceipt(msgid, { state, reason, at }) {
      const set = { state, reason, at, expiresAt: expiresAt() }
      const condition = 'attribute_not_exists(#id) OR #expiresAt <= :nowSeconds'
      await change(dynamo, table, { id: keyOf(msgid) }, { set, condition, values: { nowSeconds: nowSeconds() } })
    },
    async eventOf(msgid) {
      const item = await get(indexKeyOf(msgid))
      return item === undefined ? undefined : checked(v.object({ event: v.string() }), item, 'a msgid').event
    },
  }
}

function markOf(item: unknown): DoneMark {
  const { parkings, ...delivery } = checked(markRow, item, 'a delivery')
  return parkings === undefined ? delivery : { ...delivery, parkings: [...parkings].map(parkingOf) }
}

function textOf({ receive, doubtSince }: Parking): string {
  return doubtSince === undefined ? receive : `${receive} ${doubtSince}`
}

function parkingOf(text: string): Parking {
  const [receive = '', doubtSince] = text.split(' ')
  return { receive, ...(doubtSince === undefined ? {} : { doubtSince: Number(doubtSince) }) }
}

function indexRowOf({ id, msgid }: Delivery) {
  return msgid === undefined ? [] : [{ id: indexKeyOf(msgid), event: id }]
}

function indexKeyOf(msgid: string): string {
  return `event#${msgid}`
}

/** No event id has a `#`. */
function keyOf(msgid: string): string {
  return `receipt#${msgid}`
}
