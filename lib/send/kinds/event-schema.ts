/** The business event: its one definition gives the type, the check and the JSON Schema file. */

import * as v from 'valibot'

import { instantPattern, readInstant } from '../../instant.ts'
import { eventId } from '../event-id.ts'
import { templateId, templateKey, templateName } from '../template-list.ts'

const isText = 'must be text'
const id = v.pipe(v.string(isText), v.regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be 1 to 128 of letters, digits, - and _'))
const text = v.pipe(v.string(), v.maxLength(2000, 'must have at most 2000 characters'))
const value = v.union([text, v.object({ value: text })], 'must be a text of at most 2000 characters, or {"value": "…"}')

const recipient = v.union(
  [v.strictObject({ unionid: id }), v.strictObject({ miniOpenid: id }), v.strictObject({ openid: id })],
  'must have exactly one of unionid, miniOpenid, openid',
)

/** The name of an app of the stage. */
const appName = v.pipe(v.string(isText), v.minLength(1, 'is empty'), v.maxLength(32, 'is too long'))

const isInstant = 'must be an instant such as 2026-11-22T12:00:00Z'

/**
 * What a producer pushes; `docs/schema/event.json` is made from it.
 *
 * `from` names the Official Account that it goes out by, or is `any`; `mini` the mini program whose page it opens, and to which
 * a miniOpenid belongs. Without them it is the default one.
 */
export const eventSchema = v.strictObject(
  {
    id: eventId,
    from: v.optional(appName),
    mini: v.optional(appName),
    to: recipient,
    template: v.optional(templateName),
    templateId: v.optional(templateId),
    data: v.pipe(v.record(templateKey, value, 'must be an object'), v.maxEntries(30, 'has more than 30 keys')),
    page: v.optional(v.pipe(v.string(isText), v.minLength(1, 'is empty'), v.maxLength(1024, 'is too long'))),
    url: v.optional(
      v.pipe(
        v.string(isText),
        v.maxLength(1024, 'is too long'),
        v.regex(/^https?:\/\/[^\s]+$/, 'must begin with http:// or https://, and have no blanks'),
      ),
    ),
    expiresAt: v.optional(
      v.pipe(
        v.string(isText),
        v.regex(instantPattern, isInstant),
        v.rawTransform(({ dataset, addIssue, NEVER }) => {
          const ms = readInstant(dataset.value)
          if (ms !== undefined) return ms
          addIssue({ message: isInstant })
          return NEVER
        }),
      ),
    ),
  },
  'must be an object',
)

export type Event = v.InferOutput<typeof eventSchema>
