/** The gate of sending: one row of the deliveries table, under an id that no event can have. */

import { GetCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import { checked } from '../checked.ts'
import type { Gate, GateStore } from '../ports.ts'
import { change, type Dynamo } from './dynamo.ts'

const key = { id: 'gate#send' }
const count = v.exactOptional(v.number())
const look = v.object({
  ...{ closedAt: count, nextAt: v.number(), waitMs: v.number(), falseTimes: v.number() },
  ...{ falseRemain: count, openedAt: count, openedRemain: count },
})
const pace = v.object({
  ...{ turn: v.number(), perMinute: v.pipe(v.number(), v.minValue(1)), nextAt: v.number(), heldUntil: v.number() },
  ...{ until: v.number(), settlesAt: v.number(), isFound: v.boolean(), told: count, askedAt: count },
  counted: v.exactOptional(v.object({ minute: v.number(), messages: v.number() })),
})
const row = v.object({
  ...{ closedUntil: count, closedAt: count, reservedUntil: count, errcode: count },
  look: v.exactOptional(look),
  pace: v.exactOptional(pace),
}) satisfies v.GenericSchema<unknown, Gate>

/** Creates the store of the gate. */
export function createGateStore(dynamo: Dynamo, table: string): GateStore {
  const put = (set: object, condition: string, values: object = {}) =>
    change(dynamo, table, key, { set: { ...set }, condition, values: { ...values } })

  return {
    async read() {
      const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }))
      return checked(row, Item ?? {}, 'the gate of sending')
    },
    async close({ until, errcode, at }) {
      const closed = { closedUntil: until, closedAt: at, errcode }
      const isClosed = await put(closed, `${isNoLater('closedUntil')} AND ${isEarlier('closedAt')}`)
      // It is closed for longer, or was closed later, and is to be known as closed at this instant all the same.
      if (!isClosed) await put({ closedAt: at }, isEarlier('closedAt'))
    },
    reopen({ closedUntil, closedAt }, seen) {
      const conditions = [isStill('closedUntil', closedUntil), isStill('closedAt', closedAt)]
      const gone = { closedUntil: undefined, closedAt: undefined, errcode: undefined }
      return put(
        { ...gone, look: seen },
        conditions.join(' AND '),
        defined({ was_closedUntil: closedUntil, was_closedAt: closedAt }),
      )
    },
    async reserve(until) {
      await put({ reservedUntil: until }, isEarlier('reservedUntil'))
    },
    async unreserve(until) {
      await put({ reservedUntil: undefined }, '#reservedUntil = :was', { was: until })
    },
    async noteLook({ closedAt }, seen) {
      await put({ look: seen }, isStill('closedAt', closedAt), defined({ was_closedAt: closedAt }))
    },
    setPace(next) {
      const before = next.turn - 1
      if (before === 0) return put({ pace: next }, 'attribute_not_exists(#pace)')
      return put({ pace: next }, '#pace.#turn = :before', { before })
    },
  }
}

function isEarlier(field: string): string {
  return `(attribute_not_exists(#${field}) OR #${field} < :${field})`
}

function isNoLater(field: string): string {
  return `(attribute_not_exists(#${field}) OR #${field} <= :${field})`
}

function isStill(field: string, value: number | undefined): string {
  return value === undefined ? `attribute_not_exists(#${field})` : `#${field} = :was_${field}`
}

function defined(values: Readonly<Record<string, number | undefined>>) {
  return Object.fromEntries(Object.entries(values).filter(([, it]) => it !== undefined))
}
