/** The messages of the check queue; partly untrusted, because verdicts come from outside. */

import * as v from 'valibot'

import { isAppId, type MiniAppId } from '../identifiers.ts'
import { isImageId } from './image-keys.ts'
import type { ImageCheckMessage } from './ports.ts'

const id = v.custom<string>(isImageId)
const verdict = v.object({
  traceId: v.pipe(v.string(), v.regex(/^[\w-]{1,128}$/)),
  suggest: v.picklist(['pass', 'review', 'risky']),
  errcode: v.pipe(v.number(), v.safeInteger()),
})
const mini = v.custom<MiniAppId>(isAppId)
const message = v.union([
  v.strictObject({ mini, ask: id }),
  v.strictObject({ mini, lookAfter: id }),
  v.strictObject({ mini, verdict }),
]) satisfies v.GenericSchema<unknown, ImageCheckMessage>

/** Parses a message of the queue; throws if it is invalid. */
export function parseImageCheck(body: string): ImageCheckMessage {
  return v.parse(v.pipe(v.string(), v.parseJson(), message), body)
}
