import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { idOf, parseTemplateMessage } from '../lib/template-message.ts'
import { allowRequestError } from './allow-request-error.ts'

const templates = { 'order-paid': { templateId: 'T'.repeat(43) } }
const event = {
  id: 'order-20261122-0001:paid',
  to: { unionid: 'uQ1w2E3r4T5y6U7i8O9p0AsDfGhJ' },
  template: 'order-paid',
  data: { character_string1: '20261122-0001', amount2: { value: '¥88.00' } },
  page: 'pages/order/detail?id=20261122-0001',
  url: 'https://shop.example.com/orders/20261122-0001',
  expiresAt: '2026-11-22T12:00:00Z',
}
const parse = (input: unknown) =>
  parseTemplateMessage(typeof input === 'string' ? input : JSON.stringify(input), templates)

describe('parseTemplateMessage', () => {
  it('reads an event, its values plain or wrapped', () => {
    expect(parse(event)).toEqual({
      id: event.id,
      to: event.to,
      templateId: 'T'.repeat(43),
      data: { character_string1: '20261122-0001', amount2: '¥88.00' },
      page: event.page,
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
    ['a misspelt field', { ...event, expireAt: 'x' }, 'expireAt is not a field of an event'],
    ['a time that is none', { ...event, expiresAt: 'tomorrow' }, 'expiresAt must be an instant'],
    ['a link that is none', { ...event, url: 'javascript:alert(1)' }, 'url must begin with http'],
    ['70 KB', { ...event, data: { thing1: 'x'.repeat(70_000) } }, 'larger than'],
  ])('refuses %s, naming the field', (_what, input, words) => {
    const refusal = { name: 'RequestError', code: 'event-invalid', message: expect.stringContaining(words) }
    expect(() => parse(input)).toThrow(expect.objectContaining(refusal))
  })

  it('tells of a refused value nothing that it holds', () => {
    expect(() => parse({ ...event, id: 'secret value' })).toThrow(expect.not.stringContaining('secret'))
  })

  it('throws nothing but RequestError, whatever comes', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.object().map(it => JSON.stringify({ ...event, ...it })),
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

describe('idOf', () => {
  it('finds the id of an event that is otherwise wrong', () => {
    expect(idOf('{"id":"order-1","to":7}')).toBe('order-1')
    expect([idOf('{"id":"a b"}'), idOf('[]'), idOf('nonsense'), idOf('null')]).toEqual(Array(4).fill(undefined))
  })
})
