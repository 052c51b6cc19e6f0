import { describe, expect, it } from 'vitest'

import { ConfigError } from '../../lib/errors.ts'
import { findTemplate, readTemplateLists } from '../../lib/send/template-list.ts'
import lists from '../../templates.json' with { type: 'json' }

const orderPaid = {
  templateId: 'T'.repeat(43),
  title: '订单支付成功通知',
  fields: { thing1: '商品', amount2: '支付金额', const3: '状态', keyword4: '备注' },
}

/** The list of the only account of a stage. */
const readTemplateList = (lists: unknown, stage: string) =>
  readTemplateLists(lists, stage, [{ name: 'official' }]).get('official') ?? {}

const problemsOf = (entry: unknown) => {
  try {
    readTemplateList({ prod: { 'order-paid': entry } }, 'prod')
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('findTemplate', () => {
  it('finds the name that was asked for, of two that have one id, or else the first', () => {
    const list = { first: orderPaid, second: { ...orderPaid, title: '另一个' } }
    const { templateId } = orderPaid
    const found = [
      findTemplate(list, templateId, 'second'),
      findTemplate(list, templateId, 'none'),
      findTemplate(list, 'x'),
    ]
    expect(found.map(it => it?.[0])).toEqual(['second', 'first', undefined])
  })
})

describe('readTemplateList', () => {
  it.each(Object.keys(lists))('takes the list of stage %s in templates.json', stage => {
    expect(Object.keys(readTemplateList(lists, stage)).length).toBeGreaterThan(0)
  })

  it('reads a template with nothing but its id, title and fields', () => {
    expect(readTemplateList({ prod: { 'order-paid': orderPaid } }, 'prod')).toEqual({ 'order-paid': orderPaid })
  })

  it('reads a template with all that it can say', () => {
    const whole = {
      ...orderPaid,
      values: { thing1: 'trim', amount2: 'reject', keyword4: 'trim' },
      approved: { const3: ['已支付', '已退款'] },
      doubt: 'at-least-once',
      page: 'optional',
      urgent: true,
    }
    expect(readTemplateList({ prod: { 'order-paid': whole } }, 'prod')).toEqual({ 'order-paid': whole })
  })

  it('has no templates for a stage without a list, be it named like a property of every object', () => {
    expect([readTemplateList(lists, 'nope'), readTemplateList(lists, 'constructor')]).toEqual([{}, {}])
  })

  it('does not look at other stages: a mistake in one must not stop another', () => {
    expect(readTemplateList({ dev: 7, prod: {} }, 'prod')).toEqual({})
  })

  const noMoreThanLength = 'cannot be trimmed: its rule is more than a length'
  it.each([
    ['no id', { templateId: undefined }, 'templateId is missing'],
    ['an id with a blank', { templateId: 'a b' }, 'templateId is no template id of WeChat'],
    ['no title', { title: undefined }, 'title is missing'],
    ['no fields', { fields: undefined }, 'fields is missing'],
    ['fields without a key', { fields: {} }, 'fields is empty'],
    ['a key with .DATA', { fields: { 'thing1.DATA': '商品' } }, 'fields.thing1.DATA is no key of a template'],
    ['a misspelt field', { urgnet: true }, 'urgnet is not a field of a template'],
    ['an unknown policy', { values: { thing1: 'cut' } }, 'values.thing1 must be reject or trim'],
    ['a policy for a key it lacks', { values: { thing9: 'trim' } }, 'values.thing9 is not among the fields'],
    ['a trimmed amount', { values: { amount2: 'trim' } }, `values.amount2 ${noMoreThanLength}`],
    // It would be no approved value any more.
    ['a trimmed const', { values: { const3: 'trim' } }, `values.const3 ${noMoreThanLength}`],
    ['approved values that are no list', { approved: { const3: '已支付' } }, 'approved.const3 must be a list of texts'],
    [
      'approved values for a key it lacks',
      { approved: { const9: ['已支付'] } },
      'approved.const9 is not among the fields',
    ],
    [
      'approved values for a thing',
      { approved: { thing1: ['书'] } },
      'approved.thing1 has no list: only const and enum have',
    ],
    ['an unknown doubt', { doubt: 'twice' }, 'doubt must be never-twice or at-least-once'],
    ['an unknown page', { page: true }, 'page must be required or optional'],
    ['an urgency in words', { urgent: 'yes' }, 'urgent must be true or false'],
  ])('refuses %s, naming template and field', (_what, change, words) => {
    expect(problemsOf({ ...orderPaid, ...change })).toEqual([`templates.json, stage prod: order-paid.${words}`])
  })

  it('refuses an entry that is none, naming the template', () => {
    expect(problemsOf(7)).toEqual(['templates.json, stage prod: order-paid must be an object'])
  })

  it('tells all mistakes at once', () => {
    expect(problemsOf({ ...orderPaid, values: { thing9: 'trim', amount2: 'trim' } })).toHaveLength(2)
    expect(problemsOf({ ...orderPaid, templateId: 7, urgent: 7 })).toHaveLength(2)
  })

  it.each([[7], ['text'], [null], [[]], [[{}]]])('refuses a list that is %j', list => {
    expect(() => readTemplateList({ prod: list }, 'prod')).toThrow(ConfigError)
  })

  // Such a file counted as one that names no templates.
  it.each([[7], ['text'], [null], [[]]])('refuses a file that is %j', lists => {
    expect(() => readTemplateList(lists, 'prod')).toThrow(ConfigError)
  })
})
