/** What stands in the form, and the event that it makes. */
import { newId } from './pushed.js'

/** What stands in the form; `person` is one of the box's, `kind` and `to` are by what they are addressed. @typedef {{ id: string, template: any, person?: any, kind: string, to: string, page: string, data: Record<string, any>, expiresAt?: string }} Draft */

/** A template by its account and name: two accounts may have one of the same name. */
export const keyOf = ({ account, name }) => `${account} ${name}`
export const findTemplate = (templates, key) => templates.find(it => keyOf(it) === key) ?? templates[0]

/** A value that keeps the rule of its key. */
const examples = {
  thing: '春季瑜伽课',
  short_thing: '已确认',
  character_string: '20261122-0001',
  amount: '¥88.00',
  time: '2026-11-22 09:30',
  date: '2026-11-22',
  number: '3',
  letter: 'AB',
  symbol: '!',
  phone_number: '13800000000',
  car_number: '粤B12345',
  name: '王芳',
  phrase: '已支付',
  const: '已预约',
}

/** A good event for this person. */
export function exampleOf(templates, person, key) {
  const template = findTemplate(templates, key)
  return {
    id: newId(template?.name ?? 'event'),
    template: template && keyOf(template),
    ...addressOf(person),
    page: '',
    data: Object.fromEntries((template?.fields ?? []).map(it => [it.key, exampleValue(it)])),
  }
}

/** By what all apps know the person, if there is that. */
function addressOf(person) {
  const kind = person === undefined || person.unionid ? 'unionid' : 'openid'
  return { person, kind, to: person?.[kind] ?? '' }
}

function exampleValue({ key, approved }) {
  return approved?.[0] ?? examples[key.replace(/\d+$/, '')] ?? key
}

/** The form of an event that was pushed before; to this person, if it was. */
export function draftOf({ id, template, from, to, page = '', data, expiresAt }, templates, somebody) {
  const [kind, address] = Object.entries(to)[0] ?? ['unionid', '']
  const named = templates.find(it => it.name === template && (from === undefined || it.account === from))
  const person = somebody?.[kind] === address ? somebody : undefined
  return { id: newId(id), template: named && keyOf(named), person, kind, to: address, page, data, expiresAt }
}

/**
 * The event; the account is named only where there are several.
 *
 * @param {Draft} draft
 */
export function eventOf({ id, template: key, kind, to, page, data, expiresAt }, templates, { officials }) {
  const { name, account, fields = [] } = findTemplate(templates, key) ?? {}
  const given = fields.flatMap(it => (data[it.key] === undefined ? [] : [[it.key, data[it.key]]]))
  return {
    id,
    ...(officials.length > 1 && account !== undefined ? { from: account } : {}),
    to: { [kind]: to },
    template: name,
    data: Object.fromEntries(given),
    ...(page === '' ? {} : { page }),
    ...(expiresAt === undefined || expiresAt === '' ? {} : { expiresAt }),
  }
}
