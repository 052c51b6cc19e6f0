import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { appids } from '../../kit/app.ts'
import { idOf } from '../../lib/send/event-id.ts'
import { parseTemplateMessage } from '../../lib/send/kinds/template-event.ts'
import type { TemplateList } from '../../lib/send/template-list.ts'
import { allowRequestError } from '../allow-request-error.ts'
import { stageApps } from '../idle-pair.ts'

const fields = { character_string1: '订单编号', amount2: '支付金额' }
const templates: TemplateList = {
  'order-paid': { templateId: 'T'.repeat(43), title: '订单支付成功通知', fields },
  'class-reminder': {
    templateId: 'C'.repeat(43),
    title: '上课提醒',
    fields: { first: '开头', thing1: '课程名称', const2: '预约状态' },
    values: { thing1: 'trim' },
    approved: { const2: ['已预约', '已取消'] },
    doubt: 'at-least-once',
    page: 'optional',
    urgent: true,
  },
}
const event = {
  id: 'order-20261122-0001:paid',
  to: { unionid: 'uQ1w2E3r4T5y6U7i8O9p0AsDfGhJ' },
  template: 'order-paid',
  data: { character_string1: '20261122-0001', amount2: { value: '¥88.00' } },
  page: 'pages/order/detail?id=20261122-0001',
  url: 'https://shop.example.com/orders/20261122-0001',
  expiresAt: '2026-11-22T12:00:00Z',
}
const rules = { account: { app: stageApps.officials[0], templates }, minis: stageApps.minis }
const parse = (input: unknown) => parseTemplateMessage(typeof input === 'string' ? input : JSON.stringify(input), rules)

describe('parseTemplateMessage', () => {
  it('reads an event, its values plain or wrapped', () => {
    expect(parse(event)).toEqual({
      id: event.id,
      official: appids.official,
      to: event.to,
      templateId: 'T'.repeat(43),
      data: { character_string1: '20261122-0001', amount2: '¥88.00' },
      doubt: 'never-twice',
      pageIsOptional: false,
      urgent: false,
      page: { miniAppid: appids.mini, path: event.page },
      url: event.url,
      expiresAt: Date.parse('2026-11-22T12:00:00Z'),
    })
  })

  const { template: _, ...unnamed } = event
  it.each([
    ['not JSON', '{"id":', 'not JSON'],
    ['a list', [event], 'id is missing'],
    ['no id', { ...event, id: undefined }, 'id is missing'],
    ['an id with a blank', { ...event, id: 'a b' }, 'id must be 1 to 128'],
    ['an id of 129', { ...event, id: 'x'.repeat(129) }, 'id must be 1 to 128'],
    ['two recipients', { ...event, to: { unionid: 'u', openid: 'o' } }, 'to must have exactly one'],
    ['no recipient', { ...event, to: {} }, 'to must have exactly one'],
    ['a recipient that is a number', { ...event, to: { openid: 7 } }, 'to must have exactly one'],
    ['an unknown template', { ...event, template: 'nope' }, 'template is not in the list'],
    ['a template from the prototype', { ...event, template: 'constructor' }, 'template is not in the list'],
    ['both template and templateId', { ...event, templateId: 'x' }, 'exactly one of template, templateId'],
    ['neither', unnamed, 'exactly one of template, templateId'],
    ['data that is text', { ...event, data: 'text' }, 'data must be an object'],
    ['a value that is a number', { ...event, data: { thing1: 7 } }, 'data.thing1 must be a text'],
    [
      'a text of 2001 characters',
      { ...event, data: { thing1: 'x'.repeat(2001) } },
      'data.thing1 must have at most 2000',
    ],
    ['1001 emoji', { ...event, data: { thing1: { value: '😀'.repeat(1001) } } }, 'thing1.value must have at most 2000'],
    ['a misspelt field', { ...event, expireAt: 'x' }, 'expireAt is not a field of an event'],
    ['a time that is none', { ...event, expiresAt: 'tomorrow' }, 'expiresAt must be an instant'],
    ['hours alone as its offset', { ...event, expiresAt: '2020-01-01T00:00:00+08' }, 'expiresAt must be an instant'],
    ['a day that is none', { ...event, expiresAt: '2027-02-29T00:00:00Z' }, 'expiresAt must be an instant'],
    ['a link that is none', { ...event, url: 'javascript:alert(1)' }, 'url must begin with http'],
    ['a link with a blank', { ...event, url: 'https://shop.example.com/a b' }, 'and have no blanks'],
    ['an id of WeChat’s that is none', { ...unnamed, templateId: 'a b' }, 'templateId is no template id of WeChat'],
    ['70 KB', { ...event, data: { thing1: 'x'.repeat(70_000) } }, 'larger than'],
  ])('refuses %s, naming the field', (_what, input, words) => {
    const refusal = { name: 'RequestError', code: 'event-invalid', message: expect.stringContaining(words) }
    expect(() => parse(input)).toThrow(expect.objectContaining(refusal))
  })

  it('tells of a refused value nothing that it holds', () => {
    expect(() => parse({ ...event, id: 'secret value' })).toThrow(expect.not.stringContaining('secret'))
  })

  it('throws nothing but RequestError, whatever comes', () => {
    const keys = fc.constantFrom('thing1', 'time2', 'const3', 'keyword1', 'constructor1', 'first')
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.object().map(it => JSON.stringify({ ...event, ...it })),
      fc.dictionary(keys, fc.string()).map(data => JSON.stringify({ ...unnamed, templateId: 'x', data })),
    )
    expect(() =>
      fc.assert(
        fc.property(anything, body => {
          idOf(body)
          allowRequestError(() => parse(body))
        }),
        { numRuns: 2000 },
      ),
    ).not.toThrow()
  })
})

describe('the values of an event', () => {
  const reminder = (data: object, more: object = { template: 'class-reminder' }) =>
    parse({ id: 'lesson-7', to: { openid: 'o1' }, data, ...more })
  const refusal = (message: string) =>
    expect.objectContaining({ name: 'RequestError', code: 'event-invalid', status: 400, message })
  const unlisted = { templateId: 'U'.repeat(43) }

  it('are trimmed where the list says so, plain or wrapped', () => {
    const long = '第一次一起上的数学课和语文课以及英语课'.repeat(2)
    const trimmed = { thing1: `${long.slice(0, 19)}…`, const2: '已预约' }
    expect(reminder({ thing1: long, const2: '已预约' }).data).toEqual(trimmed)
    expect(reminder({ thing1: { value: long }, const2: { value: '已预约' } }).data).toEqual(trimmed)
  })

  it('are refused where it does not', () => {
    const data = { ...event.data, character_string1: '1'.repeat(33) }
    const words = 'data.character_string1 must be at most 32 letters, digits and symbols, without Chinese'
    expect(() => parse({ ...event, data })).toThrow(refusal(words))
  })

  it('are told all at once, by key and rule, and never by what they hold', () => {
    const data = { thing1: '手机\n13800000000', first: '' }
    expect(() => reminder(data)).toThrow(
      refusal('data.const2 is missing; data.thing1 must have no newline and no other control character'),
    )
  })

  it('must be there for each key of a listed template, except those that no phone shows', () => {
    expect(() => reminder({ thing1: '数学' })).toThrow(refusal('data.const2 is missing'))
    expect(reminder({ thing1: '数学', const2: '已预约' }).data).toEqual({ thing1: '数学', const2: '已预约' })
    expect(reminder({ first: '', thing1: '数学', const2: '已预约' }).data).toMatchObject({ first: '' })
  })

  it('go through unchecked for a key that a listed template lacks, which WeChat ignores', () => {
    const extra = { first: '', time9: 'soon', remark: '谢谢\n再见' }
    expect(reminder({ thing1: '数学', const2: '已预约', ...extra }).data).toMatchObject(extra)
  })

  it('are held to the list, with its policies, if the event names WeChat’s id of a listed template', () => {
    const named = reminder({ thing1: '一'.repeat(30), const2: '已预约' }, { templateId: 'C'.repeat(43) })
    expect(named).toMatchObject({
      templateId: 'C'.repeat(43),
      doubt: 'at-least-once',
      pageIsOptional: true,
      urgent: true,
    })
    expect(named.data.thing1).toBe(`${'一'.repeat(19)}…`)
    expect(() => reminder({ thing1: '数学', const2: '未预约' }, { templateId: 'C'.repeat(43) })).toThrow(
      refusal('data.const2 must be one of its approved values'),
    )
  })

  it('are held to the rules of their types if the template is in no list', () => {
    expect(reminder({ thing1: '数学', keyword2: '一'.repeat(99) }, unlisted)).toMatchObject({
      data: { thing1: '数学', keyword2: '一'.repeat(99) },
      doubt: 'never-twice',
      pageIsOptional: false,
      urgent: false,
    })
    expect(() => reminder({ thing1: '一'.repeat(21), time2: 'soon' }, unlisted)).toThrow(
      refusal(
        'data.thing1 must have at most 20 characters; data.time2 must be a time such as 2026-11-22 09:30, or two joined by ~',
      ),
    )
  })
})

describe('what is mended, for it is plain what is meant', () => {
  const { template: _, ...unnamed } = event
  const free = { ...unnamed, templateId: 'x' }
  const read = (more: object) => parse({ ...free, ...more })

  it('is a byte order mark before the event', () => {
    const body = `\uFEFF${JSON.stringify(event)}`
    expect([parse(body).id, idOf(body)]).toEqual([event.id, event.id])
    expect(() => parse(`\uFEFF\uFEFF${JSON.stringify(event)}`)).toThrow('not JSON')
  })

  it('is half of an emoji that was cut in two, in a value, the page or the link', () => {
    const cut = '好🎉'.slice(0, 2)
    const { data, page, url } = read({
      data: { thing1: `${cut}了`, thing2: { value: `🎉${cut}` } },
      page: `pages/a?t=${cut}`,
      url: `https://example.com/${cut}`,
    })
    expect([data, page?.path, url]).toEqual([
      { thing1: '好了', thing2: '🎉好' },
      'pages/a?t=好',
      'https://example.com/好',
    ])
    expect(() => read({ data: { thing1: '\ud83d' } })).toThrow('thing1 must not be empty')
  })

  it('leaves a trimmed value whole, wherever its limit falls in an emoji', () => {
    for (const lead of [15, 16, 17, 18, 19, 20]) {
      const long = `${'好'.repeat(lead)}👨‍👩‍👧🎉🎉🎉`
      const reminder = { ...event, template: 'class-reminder', data: { thing1: long, const2: '已预约' } }
      const { thing1 = '' } = parse(reminder).data
      expect([thing1.isWellFormed(), [...thing1].length <= 20, thing1.endsWith('…')]).toEqual([true, true, true])
      expect(thing1).not.toMatch(/\u200d…/)
    }
  })

  it.each([
    ['/pages/a?id=1', 'pages/a?id=1'],
    ['  //pages/a \n', 'pages/a'],
    ['pages/a?name=a b', 'pages/a?name=a b'],
  ])('is a page written as %j', (page, sent) => {
    expect(read({ page }).page?.path).toBe(sent)
  })

  it.each([
    ['pages/a\nb', 'page must have no newline and no other control character'],
    [' / ', 'page is empty'],
    ['\ud83d', 'page is empty'],
  ])('is not a page written as %j', (page, words) => {
    expect(() => read({ page })).toThrow(words)
  })

  it('is not a list of values', () => {
    expect(() => read({ data: [] })).toThrow('data must be an object')
    expect(() => read({ data: ['x'] })).toThrow('data must be an object')
  })

  it.each(['__proto__', 'constructor', 'prototype'])('refuses a key that the checker would leave out: %s', key => {
    const data = JSON.parse(`{"thing1":"x","${key}":"y"}`)
    expect(() => read({ data })).toThrow('data must have no key named __proto__, constructor, prototype')
  })
})

describe('idOf', () => {
  it('finds the id of an event that is otherwise wrong', () => {
    expect(idOf('{"id":"order-1","to":7}')).toBe('order-1')
    expect([idOf('{"id":"a b"}'), idOf('[]'), idOf('nonsense'), idOf('null')]).toEqual(Array(4).fill(undefined))
  })
})
