/** Extracts the id of an event, and what template it names, even if the rest is invalid. */

import * as v from 'valibot'

import { eventIdPattern } from './delivery.ts'
import { withoutByteOrderMark } from './event-text.ts'

export const eventId = v.pipe(
  v.string('must be text'),
  v.regex(eventIdPattern, 'must be 1 to 128 of letters, digits and . _ : @ = + -'),
)

/** Finds the event's id in a body that failed its check, so that the rejection can be looked up by it. */
export function idOf(body: string): string | undefined {
  const found = v.safeParse(v.object({ id: eventId }), silentJson(body))
  return found.success ? found.output.id : undefined
}

const namesTemplate = v.union([
  v.pipe(
    v.object({ template: v.pipe(v.string(), v.minLength(1), v.maxLength(64)) }),
    v.transform(it => it.template),
  ),
  v.pipe(
    v.object({ templateId: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/)) }),
    v.transform(it => it.templateId),
  ),
])

/** Finds the template that an event names, by its name or by WeChat's id. */
export function templateOf(body: string): string | undefined {
  const found = v.safeParse(namesTemplate, silentJson(body))
  return found.success ? found.output : undefined
}

/** Reads a body; undefined if it is no JSON. Nobody may change what it returns: the next who asks gets the same. */
export function silentJson(body: string): unknown {
  if (last.body !== body) last = { body, json: read(body) }
  return last.json
}

/** Whoever handles an event asks several times, one after the other. */
let last: { readonly body: string; readonly json: unknown } = { body: '', json: undefined }

function read(body: string): unknown {
  try {
    return JSON.parse(withoutByteOrderMark(body))
  } catch {
    // Whatever is wrong with it, it is not JSON, which is all the caller needs to know.
    return undefined
  }
}
