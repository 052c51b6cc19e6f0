/** Fields of a row as they can be read, each for itself. */

import * as v from 'valibot'

export type Item = Readonly<Record<string, unknown>>
export type Spoilt = { readonly isUnreadable?: true }

/** Reads what can be read of the fields that a schema names; `isUnreadable` if one of them is wrong. */
export function readFields<E extends v.ObjectEntries>(
  schema: v.ObjectSchema<E, undefined>,
  item: Item,
): v.InferOutput<typeof schema> & Spoilt {
  const own = Object.entries(schema.entries).filter(([name]) => name in item)
  const good = own.filter(([name, shape]) => v.is(shape, item[name]))
  const fields = v.parse(schema, Object.fromEntries(good.map(([name]) => [name, item[name]])))
  return good.length === own.length ? fields : { ...fields, isUnreadable: true }
}
