/** The servers that take an app's pushes behind us: their form in apps.json, and FORWARD_URL. */

import * as v from 'valibot'
import { forwardUrlForm, pushModes } from './forward-url.ts'

const maxTargets = 5
const name = v.pipe(
  v.string('must be text'),
  v.regex(
    /^[a-z][a-z0-9-]{0,31}$/,
    'must begin with a small letter, and have small letters, digits and - alone, at most 32',
  ),
)
const values = v.pipe(
  v.array(v.pipe(v.string('must be text'), v.nonEmpty('must not be empty')), 'must be a list of texts'),
  v.nonEmpty('must not be empty'),
)

const forwardTargetSchema = v.strictObject({
  name,
  url: v.pipe(
    v.string('must be text'),
    v.regex(forwardUrlForm, 'must be an https URL without name, password or fragment'),
  ),
  mode: v.exactOptional(v.picklist(pushModes, `must be ${pushModes.join(', ')}`), 'secure'),
  only: v.exactOptional(
    v.strictObject({ MsgType: v.exactOptional(values), Event: v.exactOptional(values) }, 'must have MsgType or Event'),
  ),
  answers: v.exactOptional(v.boolean('must be true or false'), true),
})

export const forwardSchema = v.pipe(
  v.array(forwardTargetSchema, 'must be a list'),
  v.maxLength(maxTargets, `must have at most ${maxTargets} servers`),
)

/**
 * A server that takes pushes as if WeChat called it; its name is unique in the stage. `only` keeps it to pushes of one of these
 * kinds. Where it `answers`, its answer goes back to WeChat.
 */
export type ForwardTarget = Readonly<v.InferOutput<typeof forwardTargetSchema>>
