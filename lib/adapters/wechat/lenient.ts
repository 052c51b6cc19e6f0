/**
 * Shapes that take what WeChat unmistakably means: null and empty text for what is absent, digits in text for a number
 * (docs/wechat.md 1.2).
 */

import * as v from 'valibot'

/** Takes null and empty text, too, for a field that is absent. */
export function maybe<T>(shape: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T | undefined> {
  const present = v.pipe(
    v.unknown(),
    v.transform(it => (it === null || it === '' ? undefined : it)),
    v.optional(shape),
  )
  return v.optional(present)
}

/** Takes a whole number or its digits, from 0 on. */
export const count: v.GenericSchema<unknown, number> = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))]),
  v.integer(),
  v.minValue(0),
)

/** Reads a list, or none: the elements that fit, and how many do not. */
export function fitting<T>(shape: v.GenericSchema<unknown, T>, list: readonly unknown[] = []) {
  const fit = list.flatMap(it => {
    const result = v.safeParse(shape, it, { abortEarly: true })
    return result.success ? [result.output] : []
  })
  return { fit, odd: list.length - fit.length }
}
