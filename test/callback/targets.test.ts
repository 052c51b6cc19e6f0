import * as v from 'valibot'
import { expect, it } from 'vitest'
import { targetsOf } from '../../lib/callback/targets.ts'
import { forwardSchema } from '../../lib/forward-target.ts'
import { isForwardUrl } from '../../lib/forward-url.ts'

const [crm, shop, log] = v.parse(forwardSchema, [
  { name: 'crm', url: 'https://crm.example.com/wx', only: { MsgType: ['text', 'image'], Event: ['CLICK'] } },
  { name: 'shop', url: 'https://shop.example.com/wx', mode: 'plain' },
  { name: 'log', url: 'https://log.example.com/wx', answers: false },
])
const all = [crm, shop, log].filter(it => it !== undefined)
const names = (fields: Record<string, string>) => {
  const { answering, others } = targetsOf(fields, all)
  return [answering?.name, others.map(it => it.name)]
}

it.each([
  ['a text', { MsgType: 'text' }, 'crm', ['shop', 'log']],
  ['a click, in any case', { MsgType: 'event', Event: 'click' }, 'crm', ['shop', 'log']],
  ['a follow', { MsgType: 'event', Event: 'subscribe' }, 'shop', ['log']],
  [
    'a receipt, to which WeChat takes no reply',
    { MsgType: 'event', Event: 'TEMPLATESENDJOBFINISH' },
    undefined,
    ['shop', 'log'],
  ],
  ['what cannot be read', {}, 'shop', ['log']],
])('%s goes to each server that takes it, and the first that answers is asked', (_, fields, answering, others) => {
  expect(names(fields)).toEqual([answering, others])
})

it.each([
  ['https://crm.example.com/wx?a=1', true],
  ['https://10.0.0.1:8443/', true],
  ['http://127.0.0.1:9000/wx', true],
  ['http://localhost:9000', true],
  ['http://crm.example.com/wx', false],
  ['http://127.0.0.1.evil.example/', false],
  ['http://localhost@evil.example/', false],
  ['https://user:secret@crm.example.com/', false],
  ['https://crm.example.com/#a', false],
  ['https:crm.example.com', false],
  ['ftp://crm.example.com/', false],
  ['https://', false],
])('%s may be a server: %s', (url, is) => {
  expect(isForwardUrl(url)).toBe(is)
})
