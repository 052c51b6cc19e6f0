import fc from 'fast-check'
import { expect, it } from 'vitest'

import { checkValue, type ValueTerms } from '../../lib/send/value-rules.ts'
import { fuzz, mutatedText } from './fuzz.ts'

/** Values that WeChat takes, by the type in the key. */
const good = {
  thing1: ['订单支付成功通知', 'twenty characters ok', '👨‍👩‍👧‍👦家'],
  short_thing2: ['已完成', '待付款'],
  const3: ['通过', ''],
  enum4: ['已发货'],
  enum_string5: ['进行中'],
  number6: ['88', '0.5', '12345678901234567890123456789012'],
  letter7: ['abcDEF', 'Ünïcödé'],
  symbol8: ['※★', '!?'],
  character_string9: ['20261122-0001', 'A+B=C'],
  time10: ['2026-11-22 09:30', '09:30~18:00', '2026年11月22日 09:30'],
  date11: ['2026-11-22', '2026年11月22日~2026年11月23日', '11/22'],
  amount12: ['¥88.00', '88元', '123456789012'],
  phone_number13: ['+86 138-0013-8000'],
  car_number14: ['粤A8Z888挂'],
  name15: ['张三', 'Ada Lovelace'],
  phrase16: ['已支付'],
  thing: ['no number'],
  keyword1: [
    '一个旧模板的值，可以很长很长很长很长很长很长很长很长',
    'a b c d e f g h i j k l m n o p q r s t u v w x y z',
  ],
  first: ['您好\n'],
  unknown_type9: ['anything'],
}
const words = [
  ...[...'\n\0…~：年日元-.', '9'.repeat(40), 'a'.repeat(300), '\ud83d', '\u200d', '好'.repeat(30), '9:'.repeat(50)],
]

const keys = Object.keys(good)
const long = fc.oneof(
  fc.string({ minLength: 100, maxLength: 2000, unit: 'binary' }),
  fc.constantFrom('1.', '1~', '\u0300', '👨‍👩‍👧‍👦', '9-', '年').map(it => it.repeat(600)),
)
const terms = fc.record(
  { policy: fc.constantFrom('reject' as const, 'trim' as const), approved: fc.constantFrom(['通过', '已发货'], []) },
  { requiredKeys: [] },
)
const inputs = fc
  .oneof(
    {
      weight: 5,
      arbitrary: fc
        .constantFrom(...Object.entries(good))
        .chain(([key, values]) => fc.tuple(fc.constant(key), mutatedText(fc.constantFrom(...values), words, 2))),
    },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...keys), fc.string({ unit: 'binary' })) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...keys), long) },
  )
  .chain(([key, value]) => fc.record({ key: fc.constant(key), value: fc.constant(value), terms }))

/** What a phone has room for, by our own count; of the old keys `trim` alone keeps to it. */
const most: Readonly<Record<string, number>> = {
  ...{ thing1: 20, const3: 20, number6: 64, letter7: 32, symbol8: 5, character_string9: 32, phone_number13: 17 },
  ...{ car_number14: 8, name15: 20, phrase16: 5, time10: 80, date11: 80 },
}

function take(key: string, value: string, terms: ValueTerms): boolean {
  const checked = checkValue(key, value, terms)
  if ('problem' in checked) {
    expect(checked.problem.startsWith(`${key} must `)).toBe(true)
    expect(checked.problem.length).toBeLessThan(200)
    if (value.length > 20) expect(checked.problem).not.toContain(value)
    return false
  }
  expect([...checked.value].length).toBeLessThanOrEqual(most[key] ?? value.length)
  if (key in most) expect(checked.value).not.toMatch(/\p{Cc}/u)
  // What was trimmed, or was good, is left alone by another look.
  expect(checkValue(key, checked.value, terms)).toEqual(checked)
  return true
}

fuzz('values of templates are taken or refused, whatever they are', inputs, ({ key, value, terms: how }) =>
  take(key, value, how),
)

it('what WeChat takes is taken', () => {
  for (const [key, values] of Object.entries(good)) {
    for (const value of values) expect(checkValue(key, value)).toEqual({ value })
  }
})
