/** The deliveries: one row per event id, found by msgid through an index; `expiresAt` in seconds. */

import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import { checked } from '../checked.ts'
import type { Delivery } from '../delivery.ts'
import type { DeliveryStore, Now } from '../ports.ts'
import { batchGet, change, type Dynamo } from './dynamo.ts'

const row = v.object({
  id: v.string(),
  state: v.picklist(['accepted', 'delivered', 'blocked', 'failed', 'dropped', 'rejected', 'parked', 'in-doubt']),
  reason: v.exactOptional(v.string()),
  errcode: v.exactOptional(v.number()),
  rid: v.exactOptional(v.string()),
  msgid: v.exactOptional(v.string()),
  attempts: v.number(),
  at: v.string(),
}) satisfies v.GenericSchema<unknown, Delivery>

const expiry = v.object({ expiresAt: v.number() })

/** A queue holds a message for at most 14 days: for a day longer its event is known to be done. */
const keepMs = 15 * 86_400_000
/** Nothing on a phone is ever taken for less than that again. */
const isUnsent = 'attribute_not_exists(#id) OR #expiresAt <= :nowSeconds OR #state IN (:dropped, :rejected, :parked)'

/** Creates the store of deliveries. */
export function createDeliveryStore(dynamo: Dynamo, table: string, now: Now): DeliveryStore {
  const nowSeconds = () => Math.floor(now() / 1000)
  const isFresh = (item: unknown) => checked(expiry, item, 'a delivery').expiresAt > nowSeconds()

  return {
    async read(ids) {
      const items = await batchGet(
        dynamo,
        table,
        ids.map(id => ({ id })),
      )
      const rows = items.filter(isFresh).map(item => checked(row, item, 'a delivery'))
      return new Map(rows.map(it => [it.id, it]))
    },
    async record({ id, state, reason, errcode, rid, msgid, attempts, at }) {
      const expiresAt = Math.ceil((now() + keepMs) / 1000)
      const set = { state, reason, errcode, rid, msgid, attempts, at, expiresAt }
      const values = { nowSeconds: nowSeconds(), dropped: 'dropped', rejected: 'rejected', parked: 'parked' }
      await change(dynamo, table, { id }, { set, condition: isUnsent, values })
    },
    async findByMsgid(msgid) {
      const answer = await dynamo.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'by-msgid',
          KeyConditionExpression: 'msgid = :msgid',
          ExpressionAttributeValues: { ':msgid': msgid },
          Limit: 1,
        }),
      )
      const [item] = answer.Items ?? []
      return item === undefined ? undefined : checked(v.object({ id: v.string() }), item, 'a delivery').id
    },
    async settle(id, { state, reason, at }) {
      const set = reason === undefined ? { state, at } : { state, reason, at }
      await change(dynamo, table, { id }, { set, condition: '#state = :accepted', values: { accepted: 'accepted' } })
    },
  }
}
