/** Parses WeChat's answers: untrusted, and not always JSON (docs/wechat.md 1.2). */

import * as v from 'valibot'

import { TransportError, WeChatError } from '../../errors.ts'
import { maybe } from './lenient.ts'
import type { Answer } from './transport.ts'

/** Texts to hide, in case WeChat repeats them in an errmsg. */
export type Hidden = readonly string[]

const envelope = v.looseObject({
  // One official page shows errcode as text.
  errcode: maybe(v.pipe(v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d{1,12}$/))]), v.transform(Number))),
  errmsg: v.fallback(maybe(v.string()), undefined),
  msg_id: maybe(v.unknown()),
  msgid: maybe(v.unknown()),
})

/**
 * Parses an answer by the shape.
 *
 * Throws WeChatError for an errcode other than 0, and TransportError for an unusable answer.
 */
export function readAnswer<T>(
  api: string,
  answer: Pick<Answer, 'status' | 'body' | 'isRepeat'>,
  shape: v.GenericSchema<unknown, T>,
  hidden: Hidden = [],
): T {
  const { status, body } = answer
  if (status !== 200) throw new TransportError(api, 'status', `HTTP ${status}`, status)
  const text = body.toString('utf8').replace(/^\uFEFF/, '')
  if (text.trim() === '') throw new TransportError(api, 'empty', 'an empty body', status)
  const parsed = parseLenient(text)
  const outer = v.safeParse(envelope, parsed)
  if (parsed === undefined || Array.isArray(parsed) || !outer.success)
    throw new TransportError(api, 'not-json', 'not a JSON object', status)
  const { errcode = 0, errmsg = '', msg_id, msgid = msg_id } = outer.output
  if (errcode !== 0) {
    const more = { rid: ridOf(errmsg), address: addressOf(errcode, errmsg), isRepeat: answer.isRepeat }
    throw new WeChatError(api, errcode, clean(errmsg, hidden), { ...more, msgid: msgidOf(msgid) })
  }
  const inner = v.safeParse(shape, parsed, { abortEarly: true })
  if (inner.success) return inner.output
  throw new TransportError(api, 'shape', `unexpected ${v.getDotPath(inner.issues[0]) ?? 'answer'}`, status)
}

/** A msgid as text; undefined for values that identify no message, such as 0. */
export function msgidOf(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? `${value}` : value
  return typeof text === 'string' && /^0*[1-9]\d{0,19}$/.test(text) ? text.replace(/^0+/, '') : undefined
}

/** The address that WeChat saw us call from, as named in its errmsg (docs/wechat.md 2.3). */
function addressOf(errcode: number, errmsg: string): string | undefined {
  return errcode !== 40164 ? undefined : /\binvalid ip ([0-9a-fA-F.:]{3,45})(?=[\s,]|$)/.exec(errmsg)?.[1]
}

/** The request id that WeChat's support asks for; some bodies have no space before it (docs/wechat.md 1.3). */
function ridOf(errmsg: string): string | undefined {
  return /\brid:\s*([0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8})/.exec(errmsg)?.[1]
}

/** Strict JSON first; then with raw control characters and lone backslashes repaired. Undefined if neither works. */
export function parseLenient(text: string): unknown {
  return parseExact(text) ?? parseExact(repair(text))
}

/** JSON whose integers above 2^53, within an object or a list, become text: msgid has 64 bits. */
function parseExact(text: string): unknown {
  try {
    // A reviver takes five times as long, and a page of 10,000 openids does not need it.
    return mayOverflow.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)
  } catch {
    // The caller tries again with the repaired text, or reports invalid JSON.
    return undefined
  }
}

/** 2^53 has sixteen digits, which begin a number of an object or a list: those amid an openid do not count. */
const mayOverflow = /[\s:,[-]\d{16}/

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source ?? ''
  return /^-?\d+$/.test(source) ? source : value
}

/**
 * Until 2021 user-written strings could contain raw control characters, or a backslash right before the closing quote
 * (docs/wechat.md 1.4).
 */
function repair(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is repaired here
      .replace(/[\u0000-\u001f]/g, ' ')
      .replace(/(?<!\\)((?:\\\\)*)\\(?="\s*(?:,\s*"[A-Za-z_]+"\s*:|[}\]]))/g, '$1\\\\')
  )
}

/** An errmsg that operators may read: without its suffix, the secrets of the call, and openids. */
function clean(errmsg: string, hidden: Hidden): string {
  // Hide secrets before truncating: a truncated secret would not be found.
  const open = hidden.reduce((text, secret) => (secret === '' ? text : text.replaceAll(secret, '…')), errmsg)
  const bare = open.slice(0, 1000).replace(/[,\s]*\b(?:rid|hints?):.*$/s, '')
  return bare.replace(/\b[A-Za-z0-9_-]{24,}/g, '…').slice(0, 200)
}
