/** The messages of the check queue; partly untrusted, because verdicts come from outside. */

import * as v from 'valibot'

import { isImageId } from './image-keys.ts'
import type { ImageCheckMessage } from './ports.ts'

const id = v.custom<string>(isImageId)
const verdict = v.object({
  traceId: v.pipe(v.string(), v.regex(/^[\w-]{1,128}$/)),
  suggest: v.picklist(['pass', 'review', 'risky']),
  errcode: v.pipe(v.number(), v.safeInteger()),
})
const message = v.union([
  v.strictObject({ ask: id }),
  v.strictObject({ lookAfter: id }),
  v.strictObject({ verdict }),
]) satisfies v.GenericSchema<unknown, ImageCheckMessage>

/** Parses a message of the queue; throws if it is invalid. */
export function parseImageCheck(body: string): ImageCheckMessage {
  return v.parse(v.pipe(v.string(), v.parseJson(), message), body)
}
