/**
 * The rules of template values by the type of their key (docs/wechat.md 7.1). Lengths count characters, not bytes or
 * UTF-16 units.
 */

const clock = String.raw`([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?`
const month = '(0?[1-9]|1[0-2])'
const day = '(0?[1-9]|[12]\\d|3[01])'
const fullDate = `(\\d{4}年${month}月${day}日|\\d{4}[-/.]${month}[-/.]${day})`

const moment = new RegExp(`^(${fullDate} ?)?${clock}$`)
const dates = [
  `\\d{4}年${month}月(${day}日)?( ?${clock})?`,
  `${month}月${day}日( ?${clock})?`,
  `\\d{4}[-/.]${month}([-/.]${day})?( ?${clock})?`,
  `${month}[-/.]${day}( ?${clock})?`,
].map(form => new RegExp(`^${form}$`))

/** Chinese letters, Chinese punctuation and full-width forms. */
const chinese = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u

const length = (value: string) => [...value].length
const upTo = (most: number) => (value: string) => length(value) <= most

/** One or two points in time; only the half-width `~` joins them. */
function range(point: (value: string) => boolean): (value: string) => boolean {
  return value => {
    const points = value.split('~')
    return points.length <= 2 && points.every(text => point(text.trim()))
  }
}

const isMoment = range(value => moment.test(value))
const isDate = range(value => dates.some(form => form.test(value)) || moment.test(value))

const rules = new Map<string, (value: string) => boolean>([
  ['thing', upTo(20)],
  ['short_thing', upTo(5)],
  ['number', value => /^\d+(\.\d+)?$/.test(value) && value.replace('.', '').length <= 32],
  ['letter', value => /^[A-Za-z]{1,32}$/.test(value)],
  ['symbol', value => /^[^\p{L}\p{N}\s]{1,5}$/u.test(value)],
  ['character_string', value => length(value) <= 32 && !chinese.test(value)],
  ['time', isMoment],
  ['date', isDate],
  ['amount', value => /^\p{Sc}?\d{1,12}(\.\d+)?元?$/u.test(value)],
  ['phone_number', value => /^[\d\p{P}\p{S} ]{1,17}$/u.test(value)],
  ['car_number', value => length(value) <= 8 && /^[\p{Script=Han}\w][\w·.-]*[\p{Script=Han}\w]$/u.test(value)],
  ['name', value => !/\p{N}/u.test(value) && length(value) <= (chinese.test(value) ? 10 : 20)],
  ['phrase', value => /^\p{Script=Han}{1,5}$/u.test(value)],
  ['const', upTo(20)],
])

const listed = ['enum', 'enum_string']
/** The types that have a rule. */
export const typesWithRule: readonly string[] = [...rules.keys(), ...listed]

/** The type of a key: its name without the trailing digits. */
export function typeOfKey(key: string): string {
  return key.replace(/\d+$/, '')
}

/** Returns whether a value follows the rule of its key; `approved` are the account's values for const and enum keys. */
export function obeysRule(key: string, value: string, approved: readonly string[] | undefined): boolean {
  const type = typeOfKey(key)
  // Keys of the old industry templates (keyword1, content) never had a rule.
  if (type === 'keyword' || type === 'content') return true
  if (/\p{Cc}/u.test(value)) return false
  if ((type === 'const' || listed.includes(type)) && approved !== undefined && !approved.includes(value)) return false
  return (rules.get(type) ?? upTo(20))(value)
}
