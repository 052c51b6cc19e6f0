import fc from 'fast-check'
import { expect } from 'vitest'
import { boxApps } from '../../kit/app.ts'
import { RequestError } from '../../lib/errors.ts'
import { isId } from '../../lib/identifiers.ts'
import { eventIdPattern } from '../../lib/send/delivery.ts'
import { idOf } from '../../lib/send/event-id.ts'
import { parseTemplateMessage } from '../../lib/send/kinds/template-event.ts'
import { readTemplateLists } from '../../lib/send/template-list.ts'
import { fuzz, mutatedText } from './fuzz.ts'

/** A value that must not come out again, should it be refused. */
const secret = 'canary-of-a-value'
const lists = readTemplateLists(
  {
    test: {
      paid: {
        ...{ templateId: 'paid_id', title: 'Paid', fields: { thing1: 'What', amount2: 'How much', time3: 'When' } },
        ...{ values: { thing1: 'trim' }, page: 'optional', urgent: true },
      },
      plain: { templateId: 'plain_id', title: 'Plain', fields: { keyword1: 'Anything' }, doubt: 'at-least-once' },
    },
  },
  'test',
  boxApps.officials,
)
const [app] = boxApps.officials
const rules = { account: { app, templates: lists.get(app.name) ?? {} }, minis: boxApps.minis }
const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.constantFrom(secret, '', '好'.repeat(20), 'x'.repeat(2001), '\n'),
)
const id = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/), fc.constant('oA1b2C3d4E5f6G7h8I9j0KlMnOpQ'))
const value = (it: fc.Arbitrary<string>) =>
  fc.oneof(
    it,
    it.map(one => ({ value: one })),
  )
const data = {
  paid: fc.record({
    thing1: value(fc.oneof(fc.constantFrom('一份早餐', '好'.repeat(30)), fc.stringMatching(/^[a-z ]{1,40}$/))),
    amount2: value(fc.constantFrom('¥88.00', '88元', '1')),
    time3: value(fc.constantFrom('2026-11-22 09:30', '09:30')),
  }),
  plain: fc.record({ keyword1: value(fc.constantFrom('一份早餐', 'a b c')) }),
  any: fc.dictionary(fc.constantFrom('thing1', 'number2', 'phrase3', '__proto__', 'first', 'x y', '\0'), value(text), {
    maxKeys: 31,
  }),
}
const instants = ['2026-11-22T12:00:00Z', '2026-11-22T12:00:00.123+08:00', '2028-02-29T00:00:00Z']
const noInstants = ['2027-02-29T00:00:00Z', '2026-11-22T12:00:00+08', '2026-13-01T00:00:00Z', '2026-11-22T24:00:00Z']
/** Mostly what holds its rule. */
const mostly = <T>(good: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: other })
const more = {
  from: mostly(fc.constantFrom('official', 'any'), text),
  mini: mostly(fc.constant('mini'), text),
  page: mostly(fc.constantFrom('pages/order?id=1', 'pages/index'), fc.oneof(fc.constant(''), text)),
  url: mostly(fc.constant('https://example.com/'), fc.oneof(fc.constant('ftp://example.com'), text)),
  expiresAt: mostly(fc.constantFrom(...instants), fc.oneof(fc.constantFrom(...noInstants), text)),
}

const fields = {
  id: mostly(fc.stringMatching(/^[A-Za-z0-9._:@=+-]{1,128}$/), text),
  to: mostly(
    fc.oneof(...['unionid', 'miniOpenid', 'openid'].map(key => id.map(it => ({ [key]: it })))),
    fc.dictionary(fc.constantFrom('unionid', 'openid', 'x'), text, { maxKeys: 3 }),
  ),
  ...more,
}
const listed = (['paid', 'plain'] as const).map(name =>
  fc
    .record({ ...fields, data: data[name] }, { requiredKeys: ['id', 'to', 'data'] })
    .map(it => ({ ...it, template: name })),
)
const unlisted = fc
  .tuple(
    fc.record({ ...fields, data: data.any }, { requiredKeys: ['id', 'to', 'data'] }),
    fc.oneof(fc.constantFrom('paid_id', 'other_id'), text),
    fc.dictionary(fc.constantFrom('template', 'x'), text, { maxKeys: 1 }),
  )
  .map(([it, templateId, extra]) => ({ ...it, templateId, ...extra }))
const event = fc.oneof(...listed, ...listed, unlisted).map(it => JSON.stringify(it))
const words = [
  ...[...'",{}:', '\\u0000', '"__proto__":{"a":1},', 'null', '1e999', '[]', '"thing1":"x",', '\ud800', '\\ud800'],
]
const bodies = fc.oneof(
  { weight: 3, arbitrary: event },
  { weight: 2, arbitrary: mutatedText(event, words, 2) },
  { weight: 1, arbitrary: fc.json() },
)

function take(body: string): boolean {
  try {
    const message = parseTemplateMessage(body, rules)
    expect(message.id).toMatch(eventIdPattern)
    const { openid, miniOpenid, unionid } = { openid: '', miniOpenid: '', unionid: '', ...message.to }
    expect([openid, miniOpenid, unionid].filter(isId)).toHaveLength(1)
    expect(message.templateId).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
    expect(Object.values(message.data).every(it => typeof it === 'string' && it.length <= 2000)).toBe(true)
    const outgoing = [...Object.values(message.data), message.page?.path ?? '', message.url ?? '']
    expect(outgoing.every(it => it.isWellFormed())).toBe(true)
    if (message.expiresAt !== undefined) expect(Number.isSafeInteger(message.expiresAt)).toBe(true)
    expect(idOf(body)).toBe(message.id)
    return true
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    expect([error.code, error.status]).toEqual(['event-invalid', 400])
    expect(error.message).not.toContain(secret)
    expect(error.message.length).toBeLessThan(8000)
    idOf(body)
    return false
  }
}

fuzz('events are taken or refused by name, whatever a producer pushes', bodies, take)
