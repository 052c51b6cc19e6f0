/** The gate of an Official Account for a kind of message: a row of the deliveries table, under an id that no event can have. */

import { GetCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import type { OfficialAppId } from '../../identifiers.ts'
import { templateNames } from '../../send/kinds/template-names.ts'
import type { Gate, GateStore } from '../../send/ports.ts'
import { type Condition, change, type Dynamo } from './dynamo.ts'

const count = v.exactOptional(v.number())
const look = v.object({
  ...{ closedAt: count, nextAt: v.number(), waitMs: v.number(), falseTimes: v.number() },
  ...{ falseRemain: count, openedAt: count, openedRemain: count },
})
const pace = v.object({
  ...{ revision: v.number(), perMinute: v.pipe(v.number(), v.minValue(1)), nextAt: v.number(), heldUntil: v.number() },
  ...{ until: v.number(), settlesAt: v.number(), isFound: v.boolean(), told: count, askedAt: count },
  counted: v.exactOptional(v.object({ minute: v.number(), messages: v.number() })),
})
const fields = { closedUntil: count, closedAt: count, reservedUntil: count, errcode: count, look, pace }
const row = v.object({
  ...fields,
  look: v.exactOptional(look),
  pace: v.exactOptional(pace),
}) satisfies v.GenericSchema<unknown, Gate>
type Item = Readonly<Record<string, unknown>>

/** `gate` is the kind's; `onUnreadable` is told of the fields' names once a read. */
type Options = {
  readonly official: OfficialAppId
  readonly gate?: string
  readonly onUnreadable?: (fields: readonly string[]) => void
}

/**
 * Creates the store of the gate. An unreadable field counts as absent, because the others are still valid, and is
 * overwritten.
 */
export function createGateStore(
  dynamo: Dynamo,
  table: string,
  { official, gate = templateNames.gateKey, onUnreadable = () => undefined }: Options,
): GateStore {
  const key = { id: `${gate}#${official}` }
  /** For an unreadable pace: the condition under which only one writer overwrites it. */
  let isSpoilt: Condition | undefined
  const put = (set: object, condition: string, values: object = {}) =>
    change(dynamo, table, key, { set: { ...set }, condition, values: { ...values, ...numberIn(condition) } })

  return {
    async read() {
      const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }))
      const { gate, unreadable } = gateOf(Item ?? {})
      isSpoilt = unreadable.includes('pace') ? stillSpoilt(Item?.pace) : undefined
      if (unreadable.length > 0) onUnreadable(unreadable)
      return gate
    },
    async close({ until, errcode, at }) {
      const closed = { closedUntil: until, closedAt: at, errcode }
      const isClosed = await put(closed, `${isNoLater('closedUntil')} AND ${isEarlier('closedAt')}`)
      // Closed for longer, or closed later; it must still count as closed at this time.
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
    async setPace(next) {
      const before = next.revision - 1
      if (before > 0) return put({ pace: next }, '#pace.#revision = :before', { before })
      const { condition, values } = isSpoilt ?? { condition: 'attribute_not_exists(#pace)', values: {} }
      isSpoilt = undefined
      return put({ pace: next }, condition, values)
    },
  }
}

/** Validates each field by itself. */
function gateOf(item: Item): { readonly gate: Gate; readonly unreadable: readonly string[] } {
  const present = Object.entries(fields).filter(([name]) => name in item)
  const unreadable = present.filter(([name, shape]) => !v.is(shape, item[name])).map(([name]) => name)
  const good = Object.entries(item).filter(([name]) => !unreadable.includes(name))
  return { gate: v.parse(row, Object.fromEntries(good)), unreadable }
}

function isEarlier(field: string): string {
  return `(${isAbsent(field)} OR #${field} < :${field})`
}

function isNoLater(field: string): string {
  return `(${isAbsent(field)} OR #${field} <= :${field})`
}

function isStill(field: string, value: number | undefined): string {
  return value === undefined ? isAbsent(field) : `#${field} = :was_${field}`
}

/** A value that is not a number is read as absent; it counts as absent here too, so that it can be overwritten. */
function isAbsent(field: string): string {
  return `(attribute_not_exists(#${field}) OR NOT attribute_type(#${field}, :number))`
}

/** Whoever overwrites it changes its revision, so that later writers fail the condition. */
function stillSpoilt(pace: unknown): Condition {
  const { success, output } = v.safeParse(v.object({ revision: v.number() }), pace)
  if (success) return { condition: '#pace.#revision = :spoilt', values: { spoilt: output.revision } }
  return { condition: isAbsent('pace.#revision'), values: {} }
}

/** DynamoDB rejects values that the condition does not use. */
function numberIn(condition: string): object {
  return condition.includes(':number') ? { number: 'N' } : {}
}

function defined(values: Readonly<Record<string, number | undefined>>) {
  return Object.fromEntries(Object.entries(values).filter(([, it]) => it !== undefined))
}
