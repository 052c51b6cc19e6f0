/**
 * Lenient shapes for unambiguous values: null and empty text for an absent field, digits in text for a number
 * (docs/wechat.md 1.2).
 */

import * as v from 'valibot'

/** Accepts null and empty text for an absent field. */
export function maybe<T>(shape: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T | undefined> {
  const present = v.pipe(
    v.unknown(),
    v.transform(it => (it === null || it === '' ? undefined : it)),
    v.optional(shape),
  )
  return v.optional(present)
}

/** Accepts a whole number, 0 or more, or its digits. */
export const count: v.GenericSchema<unknown, number> = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))]),
  v.integer(),
  v.minValue(0),
)

/** A list as it came: each element is checked by itself, so that an invalid one never sinks its neighbours. */
export const list = v.custom<readonly unknown[]>(Array.isArray)

/** Reads an optional list: the valid elements, and the number of invalid ones. */
export function fitting<T>(shape: v.GenericSchema<unknown, T>, list: readonly unknown[] = []) {
  const fit = list.flatMap(it => {
    const result = v.safeParse(shape, it, { abortEarly: true })
    return result.success ? [result.output] : []
  })
  return { fit, odd: list.length - fit.length }
}
