import { readFileSync } from 'node:fs'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { canTrim, checkValue, hasApprovedValues, type ValuePolicy, valueTypes } from '../../lib/send/value-rules.ts'
import { obeysRule, typesWithRule } from '../../local/wechat/value-rules.ts'

const problemOf = (key: string, value: string, policy?: ValuePolicy) => {
  const checked = checkValue(key, value, { policy })
  return 'problem' in checked ? checked.problem : undefined
}
const trimmed = (key: string, value: string) => {
  const checked = checkValue(key, value, { policy: 'trim' })
  return 'value' in checked ? checked.value : undefined
}
const typeOf = (key: string) => key.replace(/\d+$/, '')
const characters = (text: string) => [...text].length

/** The types that a table of a document names in its first column, between these lines. */
function typesIn(file: string, begin: string): string[] {
  const [, behind = ''] = readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8').split(begin)
  const [table = ''] = behind.trim().split('\n\n')
  const cells = table.split('\n').map(it => it.split('|')[1] ?? '')
  return cells.flatMap(it => [...it.matchAll(/`([a-z_]+)`/g)].map(([, type]) => type ?? ''))
}

// A rule that is added here alone would be refused by nobody else, and known to nobody.
it.each([
  ['the box', typesWithRule],
  ['docs/events.md', typesIn('events.md', 'e rule depends on the key without its digits:\n')],
  ['docs/wechat.md 7.1', typesIn('wechat.md', '### 7.1 Types\n')],
])('has a rule for the types that %s has, and for no other', (_where, types) => {
  expect(types.toSorted()).toEqual(valueTypes.toSorted())
})

const list = (text: string) => text.split(/ \| |\n +/)

/** Type by type of a template's keys (docs/wechat.md 7.1): what goes to WeChat, and what does not. */
const rows: Record<string, { words: string; good: string[]; bad: string[] }> = {
  thing1: {
    words: 'at most 20 characters',
    good: ['x', ' ', '一'.repeat(20), '𠮷'.repeat(20), '😀'.repeat(20), '数学课 (2), 3楼!'],
    bad: ['一'.repeat(21), 'x'.repeat(21)],
  },
  number1: {
    words: 'a number of at most 32 digits',
    good: ['7', '3.14', '1'.repeat(32), `1.${'1'.repeat(31)}`],
    bad: ['1'.repeat(33), `1.${'1'.repeat(32)}`, '1,000', '-1', '7个', '1.', '.5', '1.2.3', '１', '1e3'],
  },
  letter1: {
    words: 'at most 32 letters',
    good: ['abcXYZ', 'a'.repeat(32)],
    bad: ['ab1', 'a'.repeat(33), '字', 'a-b', 'a b'],
  },
  symbol1: { words: 'at most 5 symbols', good: ['@#!', '!!!!!'], bad: ['@a', '@1', '@字', '!!!!!!', '! !'] },
  character_string12: {
    words: 'at most 32 letters, digits and symbols, without Chinese',
    good: ['A-1_b 2/#', '1'.repeat(32)],
    bad: ['单号1', '1'.repeat(33)],
  },
  time1: {
    words: 'a time such as',
    good: list(`15:01 | 23:59:59 | 00:00 | 9:30 | 2026-11-22 09:30 | 2019年10月1日 15:01 | 2019年10月1日15:01
      2019/1/1 00:00 | 2019.1.1 00:00 | 11月22日 09:30 | 09:00~10:30 | 2026-11-22 09:00 ~ 2026-11-23 10:30
      2026-11-22 22:00~24:00`),
    bad: list(`25:00 | 24:01 | 9:60 | 09:30:60 | 930 | 2026-11-22 | 09:00～10:30 | 09：30 | 2026-11-2209:30
      2026-13-01 09:00 | 2026-11-32 09:00 | 08:00~09:00~10:00 | 2026-11-22T09:30 | 2026-11-22T09:30:00Z
      下午3点 | soon | 09:30am | ~09:30 | 09:30~`),
  },
  date1: {
    words: 'a date such as',
    good: list(`2026-11-22 | 2026/11/22 | 2026.11.22 | 2026年11月22日 | 2026年11月 | 11月22日 | 2018-01 | 01-01 | 11.22
      2024-08-20 15:01:21 | 2019年10月1日 15:01 | 2026-01-01~2026-02-01 | 2026-01-01 09:00~10:00`),
    bad: ['2026', '2026-13-01', '2026-11-32', '明天', '2026年', '09:30', '2026-11-22～2026-11-23', '22.11.26.1', '1月'],
  },
  amount1: {
    words: 'a currency sign and a number of at most 12 digits',
    good: ['¥88.00', '￥88元', '$1', '€0.5', '100元', '88', `¥${'1'.repeat(10)}`, `¥${'1'.repeat(12)}.99`],
    bad: ['88块', '1'.repeat(13), '¥1,000', '¥¥1', '¥', '元', '¥-1', '-1', '¥1.', '¥ 1', 'CNY1', '八十八元'],
  },
  phone_number1: {
    words: 'at most 17 digits and symbols',
    good: ['+86-0766-66888866', '138 0000 0000', '13800000000'],
    bad: ['1'.repeat(18), '电话', '1234 ext 5'],
  },
  car_number1: { words: 'at most 8 characters', good: ['粤A8Z888挂', '京A12345', '粤AD12345'], bad: ['粤A8Z8888挂'] },
  name1: {
    words: 'at most 10 Chinese characters, or 20 letters and symbols',
    good: ['张三', 'Ann-Marie O', '一'.repeat(10), 'a'.repeat(20), '买买提·吐尔逊'],
    bad: ['一'.repeat(11), 'a'.repeat(21), `${'一'.repeat(11)}a`],
  },
  phrase1: {
    words: 'at most 5 Chinese characters',
    good: ['已预约', '已预约成功'],
    bad: ['六个字不可以', 'ok', '已约1'],
  },
  const1: { words: 'at most 20 characters', good: ['', '已预约', '一'.repeat(20)], bad: ['一'.repeat(21)] },
  enum1: { words: 'newline', good: ['已预约', '一'.repeat(30)], bad: ['一\n二'] },
  enum_string1: { words: 'newline', good: ['已预约', '一'.repeat(30)], bad: ['一\n二'] },
  short_thing1: { words: 'at most 20 characters', good: ['已完成', '一'.repeat(20)], bad: ['一'.repeat(21)] },
  mystery1: { words: 'at most 20 characters', good: ['x', '一'.repeat(20)], bad: ['一'.repeat(21)] },
  constructor1: { words: 'at most 20 characters', good: ['x'], bad: ['一'.repeat(21)] },
}
/** Keys of the old industry templates and of test accounts: no digits, no type. */
const untyped = 'keyword1 keyword12 first remark content name productName constructor __proto__'.split(' ')

describe.each(Object.entries(rows))('checkValue of %s', (key, { words, good, bad }) => {
  it.each(good)('sends %j as it is', value => expect(checkValue(key, value)).toEqual({ value }))

  it.each(bad)('refuses %j, naming key and rule', value => {
    expect(problemOf(key, value)).toMatch(new RegExp(`^${key} must .*${words}`))
  })
})

describe('checkValue', () => {
  const typed = Object.keys(rows)

  it.each(typed.filter(key => key !== 'const1'))('refuses an empty %s', key => {
    expect(problemOf(key, '')).toBe(`${key} must not be empty`)
  })

  it.each(['a\nb', 'a\tb', '\u0000', '\u007f', 'a\u0085'])(
    'refuses %j in every typed key, whatever the policy',
    value => {
      const words = 'must have no newline and no other control character'
      for (const key of typed) {
        expect([problemOf(key, value), problemOf(key, value, 'trim')]).toEqual([`${key} ${words}`, `${key} ${words}`])
      }
    },
  )

  it.each(untyped)('lets pass whatever %s holds: it has no rule', key => {
    const value = `订单\n${'一'.repeat(300)}`
    expect(checkValue(key, value)).toEqual({ value })
  })

  it('refuses an empty value of an old key that is shown', () => {
    const empty = untyped.filter(key => 'problem' in checkValue(key, ''))
    expect(empty).toEqual(untyped.filter(key => key !== 'first' && key !== 'remark'))
  })

  it.each(['const1', 'enum2', 'enum_string3'])('sends approved values of %s only, if there is a list', key => {
    const approved = ['已预约', '已取消']
    expect(checkValue(key, '已取消', { approved })).toEqual({ value: '已取消' })
    expect(checkValue(key, '未预约', { approved })).toEqual({ problem: `${key} must be one of its approved values` })
  })
})

describe('trimming', () => {
  it('ends in an ellipsis inside the limit', () => {
    expect(trimmed('thing1', '一二三四五六七八九十'.repeat(3))).toBe('一二三四五六七八九十一二三四五六七八九…')
  })

  it('leaves alone what fits', () => {
    expect([trimmed('thing1', '一'.repeat(20)), trimmed('thing1', '𠮷'.repeat(20))]).toEqual([
      '一'.repeat(20),
      '𠮷'.repeat(20),
    ])
  })

  it.each([
    ['a surrogate pair', '𠮷', 1],
    ['a letter and its accents', 'e\u0301\u0323', 3],
    ['a family', '👨‍👩‍👧', 5],
    ['a hand and its colour', '👍🏽', 2],
    ['a flag', '🇨🇳', 2],
    ['a keycap', '1\ufe0f\u20e3', 3],
  ])('never cuts %s in two', (_what, grapheme, size) => {
    for (let before = 12; before <= 20; before += 1) {
      const kept = before + size <= 19 ? `${'一'.repeat(before)}${grapheme}` : '一'.repeat(Math.min(before, 19))
      const value = `${'一'.repeat(before)}${grapheme}${'二'.repeat(30)}`
      expect(trimmed('thing1', value)?.replace(/二*…$/, '')).toBe(kept)
    }
  })

  it('leaves no blank before the ellipsis', () => {
    expect(trimmed('thing1', `${'一'.repeat(17)}  二三四五`)).toBe(`${'一'.repeat(17)}…`)
  })

  it('leaves of a short_thing what is told to pass', () => {
    expect([trimmed('short_thing1', '一二三四五'), trimmed('short_thing1', '一二三四五六')]).toEqual([
      '一二三四五',
      '一二三四…',
    ])
  })

  it('is for keys whose rule is a length', () => {
    const keys = [...Object.keys(rows), ...untyped]
    const ofForm =
      'number1 letter1 symbol1 character_string12 time1 date1 amount1 phone_number1 car_number1 name1 phrase1'
    expect(keys.filter(it => !canTrim(it)).join(' ')).toBe(`${ofForm} const1 enum1 enum_string1`)
    expect(keys.filter(hasApprovedValues)).toEqual(['const1', 'enum1', 'enum_string1'])
  })

  it('mends nothing else: a long amount stays refused', () => {
    expect(problemOf('amount1', `¥${'1'.repeat(13)}`, 'trim')).toMatch(/^amount1 must be a currency sign/)
  })

  it('makes of any text one that fits, is a beginning of it and ends between two graphemes', () => {
    const mixed = fc.string({
      unit: fc.constantFrom('一', 'a', ' ', '\u0301', '😀', '\u200d', '🏽', '🇨', '🇳', '\u0e33', 'ᄀ', 'ᅡ'),
      size: 'medium',
    })
    const anyText = fc.oneof(mixed, fc.string({ unit: 'grapheme', size: 'medium' }), fc.string({ unit: 'binary' }))
    const clean = anyText.map(it => it.replace(/\p{Cc}/gu, '')).filter(it => it !== '')
    let cut = 0
    fc.assert(
      fc.property(fc.constantFrom('thing1', 'short_thing1', 'mystery1'), clean, (key, value) => {
        const sent = trimmed(key, value) ?? ''
        const most = key === 'short_thing1' ? 5 : 20
        if (characters(value) <= most) {
          expect(sent).toBe(value)
          return
        }
        cut += 1
        const kept = sent.slice(0, -1)
        const ends = [...new Intl.Segmenter().segment(value)].map(it => value.slice(0, it.index).trimEnd())
        expect([sent.at(-1), characters(sent) <= most, ends.includes(kept)]).toEqual(['…', true, true])
        expect(checkValue(key, sent, { policy: 'trim' })).toEqual({ value: sent })
      }),
      { numRuns: 2000 },
    )
    expect(cut).toBeGreaterThan(200)
  })
})

describe('what a phone shows of an old key', () => {
  const whole = `订单${'A1'.repeat(40)}已发货，请注意查收。谢谢您的惠顾！`

  it('counts a run of letters and digits as one, and is checked only if the list asks for it', () => {
    expect(characters(whole)).toBeGreaterThan(90)
    expect(checkValue('keyword1', whole, { policy: 'reject' })).toEqual({ value: whole })
    expect(checkValue('keyword1', `${whole}再`, { policy: 'reject' })).toEqual({
      problem: 'keyword1 must have at most 20 characters, a run of letters and digits counting as one',
    })
    expect(trimmed('keyword1', `${whole}再`)).toBe(`${whole.slice(0, -1)}…`)
  })
})

describe('a problem', () => {
  it('names the key and never repeats of the value a single character', () => {
    const unit = fc.constantFrom('ᚠ', 'ᛟ', '漢', '\u0001', '🐛')
    const keys = fc.constantFrom(...Object.keys(rows), ...untyped)
    const policies = fc.constantFrom<ValuePolicy | undefined>('reject', 'trim', undefined)
    let refused = 0
    fc.assert(
      fc.property(keys, fc.string({ unit, maxLength: 50 }), policies, (key, value, policy) => {
        const problem = problemOf(key, value, policy)
        if (problem === undefined) return
        refused += 1
        expect(problem).toMatch(new RegExp(`^${key} must `))
        expect([...value].filter(it => problem.includes(it))).toEqual([])
      }),
      { numRuns: 2000 },
    )
    expect(refused).toBeGreaterThan(200)
  })
})

/** Where WeChat's pages leave room (docs/wechat.md 7.1), and we let pass what the strict simulator does not. */
const openAt = (type: string, example: string, because: string, holds: (value: string) => boolean) => {
  return { type, example, because, holds }
}
const room = [
  openAt('short_thing', '六个字也可以', 'no page has it; "about 5" is hearsay', it => characters(it) > 5),
  openAt('letter', 'é', 'a page that says "letters" says not whose', it => /[^A-Za-z]/.test(it)),
  openAt('character_string', 'A，1', '"no Chinese" may or may not mean its punctuation', it =>
    /[\u3000-\u303f\uff00-\uffef]/.test(it),
  ),
  openAt(
    'time',
    '22:00~24:00',
    'whether an hour has two digits, 24:00 is a time and a date has a year or a day is not told',
    it => it.includes('24:00') || it.split('~').some(part => !/^(\d{4}\D\d+\D\d+日? ?)?\d\d:/.test(part.trim())),
  ),
  openAt('date', '2026-11-22 9:30', 'as for a time', it => /(?<!\d)\d:|24:00/.test(it)),
  openAt('phone_number', '138\u00a00000', 'which symbols is not told', it => /[^\d\p{P}\p{S} ]/u.test(it)),
  openAt('car_number', '粤粤粤粤', 'plates have many forms', () => true),
  openAt(
    'name',
    '张3',
    'digits are not told; symbols beside Chinese are told neither way',
    it => /\p{N}/u.test(it) || (characters(it) > 10 && /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u.test(it)),
  ),
  ...['enum', 'enum_string'].map(type =>
    openAt(type, '一'.repeat(30), 'the values are listed, their length is not told', it => characters(it) > 20),
  ),
]

describe('agreement with the simulator', () => {
  const texts = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0123456789.:~-/ ¥元年月日一，aZé@！😀\n'), maxLength: 24 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom(...Object.values(rows).flatMap(it => it.good)),
  )
  const digits = fc.tuple(fc.nat({ max: 10 ** 13 }), fc.nat({ max: 99 })).map(([whole, part]) => `${whole}.${part}`)
  const amounts = fc.tuple(fc.constantFrom('', '¥', '$'), digits, fc.constantFrom('', '元')).map(it => it.join(''))
  const clocks = fc.constantFrom('', '9:30', '09:30', '23:59:59', '24:00', '25:00', '9:6')
  const dates = fc.constantFrom(
    '',
    ...list('2026-11-22 | 11/22 | 2026.11 | 2026年1月2日 | 2026年1月 | 1月2日 | 2026-13-01 | 13月'),
  )
  const moments = fc.tuple(dates, fc.constantFrom('', ' '), clocks).map(it => it.join(''))
  const spans = fc.tuple(moments, fc.constantFrom('~', ' ~ ', '～'), moments).map(it => it.join(''))
  const values = fc.oneof(texts, amounts, moments, spans)
  const keys = Object.keys(rows)

  it.each(keys)('what we send as %s the simulator takes, but for what the pages leave open', key => {
    const open = room.find(it => it.type === typeOf(key))
    let sent = 0
    fc.assert(
      fc.property(values, fc.constantFrom<ValuePolicy>('reject', 'trim'), (value, policy) => {
        const checked = checkValue(key, value, { policy })
        if (!('value' in checked) || open?.holds(checked.value)) return
        sent += 1
        expect([checked.value, obeysRule(key, checked.value, undefined)]).toEqual([checked.value, true])
      }),
      { numRuns: 3000 },
    )
    expect(sent).toBeGreaterThan(key === 'car_number1' ? -1 : 10)
  })

  it.each(room)('$type: there is such room, for $because', ({ type, example, holds }) => {
    const key = `${type}1`
    expect([checkValue(key, example), obeysRule(key, example, undefined), holds(example)]).toEqual([
      { value: example },
      false,
      true,
    ])
  })

  it('an empty const is taken by the page, and not on the list of approved values', () => {
    expect([checkValue('const1', '', { approved: ['已预约'] }), obeysRule('const1', '', ['已预约'])]).toEqual([
      { value: '' },
      false,
    ])
  })

  it('a key without digits has no type to us: WeChat numbers all that have one', () => {
    const taken = untyped.filter(key => !obeysRule(key, '一'.repeat(21), undefined))
    expect(taken).toEqual(['first', 'remark', 'name', 'productName', 'constructor', '__proto__'])
  })
})
