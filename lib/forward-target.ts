/** The servers that take an app's pushes behind us: their form in apps.json, and FORWARD_URL. */

import * as v from 'valibot'

/** How a server takes pushes: 明文, 兼容 or 安全模式 of WeChat's console. */
const modes = ['plain', 'compatible', 'secure'] as const
export type PushMode = (typeof modes)[number]

const maxTargets = 5
/** No name, password or fragment; without TLS this machine alone. */
const form = /^(https:\/\/[^\s/?#@]+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?)([/?][^\s#@]*)?$/
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
  url: v.pipe(v.string('must be text'), v.regex(form, 'must be an https URL without name, password or fragment')),
  mode: v.exactOptional(v.picklist(modes, `must be ${modes.join(', ')}`), 'secure'),
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

/** Reads how a server takes pushes; undefined for another word. */
export function readPushMode(text: string): PushMode | undefined {
  return modes.find(it => it === text)
}

/** Whether pushes may go to a URL: https anywhere, http to this machine alone. What its host resolves to is checked at each call. */
export function isForwardUrl(text: string): boolean {
  return form.test(text) && URL.canParse(text)
}
