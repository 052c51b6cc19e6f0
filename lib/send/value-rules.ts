/**
 * The rules for template values, by the type in the key's name, from WeChat's pages on template and subscription
 * messages (docs/wechat.md 7.1).
 *
 * WeChat decides, so only values that it certainly refuses are refused here; where its pages disagree or say nothing (10
 * or 12 digits of an amount, plates, names, `short_thing`), the more lenient rule applies.
 */

import { countCharacters, countUnits, shorten } from './shorten.ts'

/** What becomes of a value that is too long: the event is refused, or the value ends in `…` inside its limit. */
export type ValuePolicy = 'reject' | 'trim'

export type ValueTerms = {
  readonly policy?: ValuePolicy | undefined
  readonly approved?: readonly string[] | undefined
}

/** The value to send, or what is wrong with it: never with the value itself, which may be personal. */
export type CheckedValue = { readonly value: string } | { readonly problem: string }

type Rule = {
  readonly form: RegExp
  /** What the form asks for, after "must". */
  readonly words: string
  /** How many characters `trim` leaves; only where the rule is a length and nothing else. */
  readonly trimTo?: number
  /** The account has a list of values for each such key. */
  readonly isApproved?: boolean
  readonly mayBeEmpty?: boolean
}

const clock = String.raw`(?:(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?|24:00(?::00)?)`
const month = '(?:0?[1-9]|1[0-2])'
const dayOfMonth = String.raw`(?:0?[1-9]|[12]\d|3[01])`
const inChinese = String.raw`(?:\d{4}年)?${month}月${dayOfMonth}日|\d{4}年${month}月`
const inFigures = String.raw`(?:\d{4}[-/.])?${month}[-/.]${dayOfMonth}|\d{4}[-/.]${month}`
const day = `(?:${inChinese}|${inFigures})`
const gap = '(?: |(?<=日))'

const thing: Rule = { form: /^.{1,20}$/su, words: 'have at most 20 characters', trimTo: 20 }
const listed: Rule = { form: /./su, words: 'be one of its approved values', isApproved: true }

const rules: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    thing,
    // No page has it. Values of about 5 are told to pass: trimmed to that, but longer ones are not refused for it.
    short_thing: { ...thing, trimTo: 5 },
    const: { ...listed, form: thing.form, words: thing.words, mayBeEmpty: true },
    enum: listed,
    enum_string: listed,
    number: { form: /^(?=\d+(?:\.\d+)?$)(?:\.?\d){1,32}$/, words: 'be a number of at most 32 digits' },
    letter: { form: /^[[\p{L}\p{M}]--\p{Script=Han}]{1,32}$/v, words: 'be at most 32 letters' },
    symbol: { form: /^[^\p{L}\p{N}\s]{1,5}$/u, words: 'be at most 5 symbols' },
    character_string: {
      form: /^\P{Script=Han}{1,32}$/u,
      words: 'be at most 32 letters, digits and symbols, without Chinese',
    },
    time: {
      form: oneOrTwo(`(?:${day}${gap})?${clock}`),
      words: 'be a time such as 2026-11-22 09:30, or two joined by ~',
    },
    date: {
      form: oneOrTwo(`${day}(?:${gap}${clock})?`, clock),
      words: 'be a date such as 2026-11-22, or two joined by ~',
    },
    amount: {
      form: /^\p{Sc}?\d{1,12}(?:\.\d+)?元?$/u,
      words: 'be a currency sign and a number of at most 12 digits, such as ¥88.00',
    },
    phone_number: { form: /^\P{L}{1,17}$/u, words: 'be at most 17 digits and symbols' },
    car_number: { form: /^.{1,8}$/su, words: 'have at most 8 characters' },
    name: {
      form: /^(?!(?:\P{Script=Han}*\p{Script=Han}){11}).{1,20}$/su,
      words: 'have at most 10 Chinese characters, or 20 letters and symbols',
    },
    phrase: { form: /^\p{Script=Han}{1,5}$/u, words: 'be at most 5 Chinese characters' },
  } satisfies Record<string, Rule>),
)

/** The types that have a rule. */
export const valueTypes: readonly string[] = [...rules.keys()]

/** Checks one value; `policy` and `approved` are what templates.json says of its key. */
export function checkValue(key: string, value: string, { policy, approved }: ValueTerms = {}): CheckedValue {
  if (!isShown(key)) return { value }
  const rule = ruleOf(key)
  if (value === '') return rule?.mayBeEmpty ? { value } : { problem: `${key} must not be empty` }
  if (rule === undefined) return checkOldKey(key, value, policy)
  if (/\p{Cc}/u.test(value)) return { problem: `${key} must have no newline and no other control character` }
  if (approved?.includes(value) === false) return { problem: `${key} must ${listed.words}` }
  const { trimTo } = rule
  const sent = policy === 'trim' && trimTo !== undefined ? shorten(value, trimTo, countCharacters) : value
  return rule.form.test(sent) ? { value: sent } : { problem: `${key} must ${rule.words}` }
}

/** What the values of a key must do, in words; undefined if no rule is known. */
export function ruleInWords(key: string): string | undefined {
  return ruleOf(key)?.words
}

/** Of the old templates' keys, WeChat takes `first` and `remark`, and shows neither (docs/wechat.md 6.4). */
export function isShown(key: string): boolean {
  return key !== 'first' && key !== 'remark'
}

/** Tells whether the values of a key can be trimmed: only then is what remains still true. */
export function canTrim(key: string): boolean {
  const rule = ruleOf(key)
  return rule === undefined || rule.trimTo !== undefined
}

/** Tells whether the account has a list of approved values for a key. */
export function hasApprovedValues(key: string): boolean {
  return ruleOf(key)?.isApproved ?? false
}

/** A type that nobody knows is a `thing`. Keys of the old industry templates, such as `keyword1` and `first`, have none. */
function ruleOf(key: string): Rule | undefined {
  const type = /^([a-z_]+)\d+$/.exec(key)?.[1]
  return type === undefined || type === 'keyword' ? undefined : (rules.get(type) ?? thing)
}

/**
 * Of a key of the old templates a phone shows 20 units, and a run of letters and digits is one of them. WeChat takes
 * longer values and cuts them itself, so that they are checked only if templates.json asks for it.
 * https://developers.weixin.qq.com/community/develop/doc/000a2ae286cdc0f41a8face4c51801
 */
function checkOldKey(key: string, value: string, policy: ValuePolicy | undefined): CheckedValue {
  if (policy === undefined) return { value }
  const shown = shorten(value, 20, countUnits)
  if (policy === 'trim' || shown === value) return { value: shown }
  return { problem: `${key} must have at most 20 characters, a run of letters and digits counting as one` }
}

/** The end of a span may leave out what its beginning has said. */
function oneOrTwo(moment: string, end = moment): RegExp {
  return new RegExp(`^${moment}(?: *~ *(?:${moment}|${end}))?$`)
}
