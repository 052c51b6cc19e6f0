/** The gate of sending: one row of the deliveries table, under an id that no event can have. */

import { GetCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import { checked } from '../checked.ts'
import type { GateStore } from '../ports.ts'
import { change, type Dynamo } from './dynamo.ts'

const key = { id: 'gate#send' }
const row = v.object({
  closedUntil: v.exactOptional(v.number()),
  reservedUntil: v.exactOptional(v.number()),
  errcode: v.exactOptional(v.number()),
})

/** Creates the store of the gate. */
export function createGateStore(dynamo: Dynamo, table: string): GateStore {
  const raise = async (field: string, until: number, more: object = {}) => {
    const condition = `attribute_not_exists(#${field}) OR #${field} < :${field}`
    await change(dynamo, table, key, { set: { [field]: until, ...more }, condition })
  }

  return {
    async read() {
      const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }))
      return checked(row, Item ?? {}, 'the gate of sending')
    },
    close: (until, errcode) => raise('closedUntil', until, { errcode }),
    reserve: until => raise('reservedUntil', until),
  }
}
