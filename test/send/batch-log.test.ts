/** What a batch writes into the log: in trouble that all of its events meet, no line and no stack for each. */

import { expect, it, vi } from 'vitest'

import { createLog } from '../../lib/adapters/logger.ts'
import { TransportError, WeChatError } from '../../lib/errors.ts'
import { createBatchLog } from '../../lib/send/batch-log.ts'
import { openWorld } from '../world.ts'
import { arrival, event, openSend, path } from './send-world.ts'

type Lines = Awaited<ReturnType<typeof openSend>>['lines']

/** The lines as CloudWatch gets them. */
function written(lines: Lines): string {
  const texts: string[] = []
  for (const out of [process.stdout, process.stderr]) {
    vi.spyOn(out, 'write').mockImplementation(text => texts.push(`${text}`) > 0)
  }
  try {
    const log = createLog()
    for (const { level, event, fields } of lines) log[level](event, { ...fields })
  } finally {
    vi.restoreAllMocks()
  }
  return texts.join('')
}

it.each([
  ['with the token still good', false],
  ['and no token is to be had either', true],
])('tells a hundred events under 40164, %s, in six lines and 6 KB, with the id of each', async (_what, isFirst) => {
  const { send, control, lines, to } = await openSend()
  if (!isFirst) {
    await send([arrival(event('order-before', to))])
    lines.splice(0)
  }
  await control('/allow-list', { app: 'official', addresses: ['203.0.113.7'], businessCalls: true })
  const ids = Array.from({ length: 100 }, (_, n) => `order-${n}`)
  await send(ids.map(it => arrival(event(it, to))))
  const text = written(lines)
  expect(text.trim().split('\n').length).toBeLessThanOrEqual(6)
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(6_000)
  expect(ids.filter(it => !text.includes(`"${it}"`))).toEqual([])
  expect(text).toContain('"errcode":40164')
  expect(text.split('"stack"').length - 1).toBeLessThanOrEqual(3)
})

it('tells the same 40164 of fifty calls under way once, and again half a minute later', async () => {
  const { app, control, lines, counted, tick } = await openWorld()
  const { wechat, accessTokens } = app('official')
  const token = await accessTokens.get()
  await control('/allow-list', { app: 'official', addresses: ['203.0.113.7'], businessCalls: true })
  const ask = () => wechat.quota(token, path).catch(() => undefined)
  const told = () => [
    lines.filter(it => it.event === 'wechat.address-not-allowed').length,
    counted.filter(it => it.startsWith('AddressNotAllowed')).length,
  ]
  await Promise.all(Array.from({ length: 50 }, ask))
  expect(told()).toEqual([1, 1])
  tick(30_000)
  await ask()
  expect(told()).toEqual([2, 2])
})

it('tells the first of each kind in full, and of all others alike how many and which', async () => {
  const { log, lines } = await openWorld()
  const batch = createBatchLog(log)
  const refusal = (errcode: number) => new WeChatError('template/send', errcode, 'no')
  const [first, other] = [refusal(40164), refusal(48001)]
  const silence = new TransportError('template/send', 'reset', 'gone')
  for (const id of ['a', 'b', 'c']) batch.error('send.config', { id, error: id === 'a' ? first : refusal(40164) })
  batch.error('send.config', { id: 'd', error: other })
  batch.warn('send.unanswered', { id: 'e', error: silence })
  batch.error('send.not-written', { ids: ['f'], error: silence })
  batch.error('send.not-written', { ids: ['g', 'h'], error: silence })
  const before = lines.length
  batch.flush()
  batch.flush()
  expect(before).toBe(4)
  expect(lines.slice(0, 2).map(it => it.fields)).toEqual([
    { id: 'a', error: first },
    { id: 'd', error: other },
  ])
  expect(lines.slice(before)).toEqual([
    {
      level: 'error',
      event: 'send.config',
      fields: { api: 'template/send', errcode: 40164, more: 2, ids: ['b', 'c'] },
    },
    {
      level: 'error',
      event: 'send.not-written',
      fields: { api: 'template/send', failure: 'reset', more: 1, ids: ['g', 'h'] },
    },
  ])
})

it('tells each reason of the events of a batch, and of those alike how many', async () => {
  const { send, lines, to } = await openSend()
  const good = event('order-1', to)
  const wrong = [{ extra: 1 }, { id: 'order-2', extra: 1 }, { id: 'order-3', data: {} }, { id: 'order-4', page: '' }]
  await send(wrong.map(it => arrival({ ...good, ...it })))
  const told = lines.filter(it => it.event === 'send.rejected').map(it => it.fields)
  const reasons = told.map(it => ('reason' in it ? it.reason : undefined))
  expect([told.length, new Set(reasons).size]).toEqual([4, 3])
  expect(told.at(-1)).toEqual({ app: 'official', reason: reasons[0], more: 1, ids: ['order-2'] })
})

it('tells two causes of what failed for reasons unknown, and why each event is overdue', async () => {
  const { log, lines } = await openWorld()
  const batch = createBatchLog(log)
  for (const id of ['a', 'b']) batch.error('send.failed', { id, error: new TypeError('one') })
  batch.error('send.failed', { id: 'c', error: new TypeError('x'.repeat(1_000)) })
  batch.error('send.failed', { id: 'd', error: new TypeError('x'.repeat(1_000)) })
  for (const why of ['minute quota', 'no token']) batch.error('send.overdue', { id: why, why })
  batch.flush()
  expect(lines.map(it => it.event).toSorted()).toEqual([
    ...Array(4).fill('send.failed'),
    ...Array(2).fill('send.overdue'),
  ])
  // Each line as it is: the logger drops a field of one of its own names, and writes a warning about that.
  expect(written(lines).trim().split('\n')).toHaveLength(lines.length)
  expect(lines.slice(-2).map(it => it.fields)).toEqual([
    { name: 'TypeError', words: 'one', more: 1, ids: ['b'] },
    { name: 'TypeError', words: 'x'.repeat(200), more: 1, ids: ['d'] },
  ])
})

it('tells no more than ten kinds of one name apart, whatever the words', async () => {
  const { log, lines } = await openWorld()
  const batch = createBatchLog(log)
  for (let n = 0; n < 100; n++) batch.warn('send.rejected', { id: `order-${n}`, reason: `reason ${n}` })
  batch.flush()
  expect(lines).toHaveLength(12)
  expect(lines.at(-1)?.fields).toEqual({ more: 89, ids: Array.from({ length: 89 }, (_, n) => `order-${n + 11}`) })
})

it('names the events whose attempt cannot be written or saved, that could not be prepared, or whose links stay wrong', async () => {
  const { person, send, control, lines, deps, to } = await openSend()
  const away = async () => Promise.reject(new Error('away'))
  const written: unknown[] = []
  const write = async (attempt: unknown) => (written.push(attempt) > 1 ? away() : undefined)
  await send([arrival(event('order-1', to))], { attempts: { ...deps.attempts, write: away } })
  await control('/faults', { path, kind: 'errcode', errcode: 48001 })
  await send([arrival(event('order-2', to))], { attempts: { ...deps.attempts, write } })
  await send([arrival(event('order-3', to)), arrival('no event')], { attempts: { ...deps.attempts, open: away } })
  const { openid } = await person({ following: true })
  await send([arrival(event('order-4', { openid }))], { followers: { push: away } })
  const named = (name: string) => lines.find(it => it.event === name)?.fields
  expect(named('send.attempt-not-written')).toMatchObject({ id: 'order-1' })
  // What was not written may have arrived all the same, so it is taken back; and that failed, too.
  const unsaved = lines.filter(it => it.event === 'send.attempt-not-saved').map(it => it.fields)
  for (const id of ['order-1', 'order-2']) expect(unsaved).toContainEqual(expect.objectContaining({ ids: [id] }))
  expect(named('send.not-prepared')).toMatchObject({ ids: ['order-3'] })
  expect(named('send.links-not-corrected')).toMatchObject({ ids: ['order-4'] })
})

it.each([
  ['a wrong deployment', 'send.config', { path, kind: 'errcode', errcode: 48001 }],
  ['no answer', 'send.unanswered', { path, kind: 'reset-after', times: 2 }],
  ['a busy WeChat', 'send.unanswered', { path, kind: 'errcode', errcode: -1 }],
  ['no token', 'send.no-token', { path: '/cgi-bin/stable_token', kind: 'errcode', errcode: -1 }],
] as const)('names the event that meets %s', async (_what, name, fault) => {
  const { send, control, lines, one } = await openSend()
  await control('/faults', fault)
  await send([one])
  expect(lines.filter(it => it.event === name)).toEqual([
    expect.objectContaining({ fields: expect.objectContaining({ id: 'order-1' }) }),
  ])
})

it('names the event whose page is left out, whose link is looked up again, and whose table fails', async () => {
  const { send, control, lines, deps, to } = await openSend()
  const templates = {
    'order-paid': { ...deps.templates['order-paid'], page: 'optional' as const },
  } as typeof deps.templates
  const away = async () => Promise.reject(new Error('away'))
  await control('/faults', { path, kind: 'errcode', errcode: 40165 })
  await send([arrival(event('order-1', to, { page: 'pages/a' }))], { templates })
  await control('/faults', { path, kind: 'errcode', errcode: 43004 })
  await send([arrival(event('order-2', to))], { followers: { push: away } })
  await control('/faults', { path, kind: 'errcode', errcode: 43004 })
  await send([arrival(event('order-3', to))], { deliveries: { ...deps.deliveries, record: away } })
  await send([arrival(event('order-4', to))], { deliveries: { ...deps.deliveries, accept: away } })
  await control('/faults', { path, kind: 'reset-after', times: 2 })
  await send([arrival(event('order-5', to))], { events: { ...deps.events, retryIn: away } })
  const named = (name: string) => lines.find(it => it.event === name)?.fields
  expect(named('send.without-page')).toMatchObject({ id: 'order-1' })
  expect(named('send.link-not-corrected')).toMatchObject({ id: 'order-2' })
  expect(named('send.failed')).toMatchObject({ id: 'order-3' })
  expect(named('send.not-written')).toMatchObject({ ids: ['order-4'] })
  expect(named('send.comes-later')).toMatchObject({ id: 'order-5' })
})
