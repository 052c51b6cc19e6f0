/** `./queqiao send`: its options, the event it makes, its words, and how it follows an event. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Delivery } from '../../lib/send/delivery.ts'
import { listFile } from '../../local/apps.ts'
import { AskError } from '../../local/stage/explain-failure.ts'
import lists from '../../templates.json' with { type: 'json' }
import { UsageError } from '../../tools/command/options.ts'
import { runSend } from '../../tools/send/command.ts'
import { makeEvent } from '../../tools/send/event.ts'
import { type Options, parseOptions } from '../../tools/send/options.ts'
import { renderState } from '../../tools/send/state-lines.ts'
import { openFolder } from '../opened.ts'
import { openSession } from './session.ts'
import { severalApps } from './several-apps.ts'

const noon = Date.UTC(2026, 10, 22, 4)
const who = ['--to', 'unionid=uQ1w2E3r4T5y6U7i8O9p0AsDfGhJ']
const values = ['--data', 'character_string1=20261122-0001', '--data', 'amount2=¥88.00', '--data', 'time3=09:30']
const orderPaid = [...who, '--template', 'order-paid', ...values]

/** A stage of two Official Accounts, the second of which has a template. */
async function openLists() {
  const folder = await openFolder()
  const [apps, templates] = [join(folder, 'apps.json'), join(folder, 'templates.json')]
  const paid = { ...lists.local['order-paid'], templateId: 'of-club' }
  await writeFile(apps, JSON.stringify({ prod: severalApps }))
  await writeFile(templates, JSON.stringify({ prod: { official: { 'fan-club': { paid } } } }))
  return { apps, templates }
}

function optionsOf(...args: string[]): Options {
  return parseOptions(args, {})
}

describe('parseOptions', () => {
  it('takes an event', () => {
    const more = ['--page', 'pages/a?id=1', '--url', 'https://a.example/', '--expires-at', '2026-11-22T12:00:00Z']
    expect(optionsOf(...orderPaid, ...more, '--id', 'a:paid')).toEqual({
      stage: 'local',
      wishes: {
        to: { unionid: 'uQ1w2E3r4T5y6U7i8O9p0AsDfGhJ' },
        data: { character_string1: '20261122-0001', amount2: '¥88.00', time3: '09:30' },
        id: 'a:paid',
        template: 'order-paid',
        page: 'pages/a?id=1',
        url: 'https://a.example/',
        expiresAt: '2026-11-22T12:00:00Z',
      },
      isFollowed: true,
      waitSeconds: 60,
    })
  })

  it('takes values one by one, as JSON, or both; a value may have a =', () => {
    const options = optionsOf(...who, '--data', '{"thing1":"课","thing2":{"value":"b"}}', '--data', 'thing3=a=b')
    expect(options).toMatchObject({ wishes: { data: { thing1: '课', thing2: { value: 'b' }, thing3: 'a=b' } } })
  })

  it('only follows where it is told no more than an id', () => {
    const region = 'cn-north-1'
    expect(optionsOf('--id', 'a:paid', '--stage', 'prod', '--region', region, '--wait', '5')).toEqual({
      ...{ stage: 'prod', region, id: 'a:paid', isFollowed: true, waitSeconds: 5 },
    })
  })

  // What stands in --data is a person's, and shells keep what commands print.
  it('repeats no value that it refuses', () => {
    expect(() => parseOptions([...who, '--data', '{"name1":"王小明"'], {})).toThrow(/^(?!.*王)/s)
    expect(() => parseOptions([...who, '--data', '王小明'], {})).toThrow(/^(?!.*王)/s)
  })
})

describe('makeEvent', () => {
  it('makes what a producer would push', () => {
    const { body = '' } = makeEvent(optionsOf(...orderPaid, '--id', 'a:paid'), noon)
    expect(JSON.parse(body)).toEqual({
      id: 'a:paid',
      to: { unionid: 'uQ1w2E3r4T5y6U7i8O9p0AsDfGhJ' },
      template: 'order-paid',
      data: { character_string1: '20261122-0001', amount2: '¥88.00', time3: '09:30' },
    })
  })

  it('groups the events of a template, by its id, so that they hold up none of another', () => {
    const { group } = makeEvent(optionsOf(...orderPaid), noon)
    expect(group).toBe(lists.local['order-paid'].templateId)
    expect(makeEvent(optionsOf('--id', 'a'), noon)).not.toHaveProperty('group')
  })

  it('derives an id from content and time', () => {
    const idOf = (now: number, ...more: string[]) => makeEvent(optionsOf(...orderPaid, ...more), now).id
    expect(idOf(noon)).toMatch(/^send-20261122T040000Z-[0-9a-f]{8}$/)
    expect(idOf(noon + 999)).toBe(idOf(noon))
    expect(idOf(noon + 1000)).not.toBe(idOf(noon))
    expect(idOf(noon, '--page', 'pages/b').slice(-8)).not.toBe(idOf(noon).slice(-8))
  })

  it('says what it is, and neither to whom nor with what', () => {
    const { lines } = makeEvent(optionsOf(...orderPaid, '--id', 'a'), noon)
    expect(lines).toEqual([
      '  id        a',
      '  to        unionid uQ1w…GhJ',
      '  template  order-paid 「订单支付成功通知」',
    ])
  })

  it('says which value nobody will see', () => {
    const { lines } = makeEvent(optionsOf(...orderPaid, '--data', 'thing9=a'), noon)
    expect(lines.at(-1)).toBe('  thing9 is no key of this template: nobody sees it · 模板无此字段')
  })

  it('says which value is cut', () => {
    const long = ['--data', `thing1=${'课'.repeat(21)}`, '--data', 'time2=09:30', '--data', 'const3=已预约']
    const { lines } = makeEvent(optionsOf(...who, '--template', 'class-reminder', ...long), noon)
    expect(lines.at(-1)).toBe('  thing1 is too long, and ends in … inside its limit · 超长截断')
  })

  // The command ended in a SyntaxError and its stack, for who only followed an event as well.
  it('tells in words that templates.json cannot be read, and follows an event without it', async () => {
    const file = join(await openFolder(), 'templates.json')
    await writeFile(file, '{ "local": { broken')
    const make = (...args: string[]) =>
      makeEvent(optionsOf(...args), noon, undefined, { apps: listFile('apps.json'), templates: file })
    expect(() => make(...orderPaid)).toThrow(UsageError)
    expect(() => make(...orderPaid)).toThrow(/^templates\.json cannot be read: /)
    expect(make('--id', 'a')).toMatchObject({ id: 'a' })
  })

  it('names the Official Account that is meant, and knows its templates; of any, those of the first that has them', async () => {
    const { apps, templates } = await openLists()
    const make = (...args: string[]) =>
      makeEvent(parseOptions([...who, ...args, ...values, '--stage', 'prod'], {}, apps), noon, undefined, {
        apps,
        templates,
      })
    const paid = (app: string) => ['--app', app, '--template', 'paid']
    const { body = '', lines, group } = make(...paid('fan-club'))
    expect([JSON.parse(body).from, group]).toEqual(['fan-club', 'of-club'])
    expect(lines).toContain('  from      fan-club')
    expect(() => make(...paid('brand'))).toThrow('template is not in the list')
    expect(() => make('--template', 'paid')).toThrow('template is not in the list')
    expect(make(...paid('any'))).toMatchObject({ group: 'of-club', body: expect.stringContaining('"from":"any"') })
    expect(make(...paid('any')).lines.join()).toContain('paid, as the account has it that reaches them')
    expect(JSON.parse(make('--mini', 'shop', ...paid('fan-club')).body ?? '').mini).toBe('shop')
    expect(() => make('--mini', 'nobody', ...paid('fan-club'))).toThrow('mini is no mini program of this stage')
    expect(() => make(...paid('shop'))).toThrow(
      '--app takes one of the apps of stage prod (brand, fan-club), not "shop"',
    )
  })

  it('knows the templates of the stage that is meant', () => {
    const prod = optionsOf(...orderPaid, '--stage', 'prod')
    expect(() => makeEvent(prod, noon)).toThrow('template is not in the list of this stage')
  })
})

const at = (state: Delivery['state'], more: Partial<Delivery> = {}): Delivery => ({
  ...{ id: 'a', state, attempts: 1, at: '2026-11-22T04:00:00.000Z' },
  ...more,
})

describe('renderState', () => {
  it.each([
    [at('delivered'), '✓ delivered · 已送达 (2 s): the message is on the phone'],
    [at('blocked', { reason: 'user block' }), '✗ blocked · 用户拒收 (2 s): the user blocks messages'],
    [at('failed', { reason: 'system failed' }), '\n    system failed'],
    [
      at('dropped', { reason: 'not-following' }),
      '\n    not-following: The user must follow the Official Account. · 用户未关注服务号',
    ],
    [at('dropped', { reason: 'expired' }), '\n    expired: Its expiresAt had passed. · 已过期'],
    [
      at('rejected', { reason: 'refused: 47003', errcode: 47003, rid: '6-5-4' }),
      '\n    refused: 47003; rid 6-5-4; a value breaks',
    ],
    [at('in-doubt', { reason: 'no answer' }), '✗ in-doubt · 存疑 (2 s): it may have been sent'],
  ])('explains %j', (delivery, words) => {
    expect(renderState(delivery, '2 s')).toContain(words)
  })

  it('says until when a parked event waits', () => {
    const parked = at('parked', { reason: 'the quota is used up', errcode: 45009 })
    expect(renderState(parked, '2 s')).toContain(
      'goes out by itself once there is quota again, at the latest after 2026-11-23 00:00 in China',
    )
  })
})

type Script = {
  known?: Delivery | undefined
  args?: string[]
  leaveAfterMs?: number
  pushFails?: boolean
  findFails?: boolean
}

/** Plays the command: `states` are what becomes of the event, one a second after it was pushed. */
async function play(states: readonly Delivery[], { known, args = orderPaid, ...bad }: Script = {}) {
  const pushed: string[] = []
  const { leaveAfterMs = Number.POSITIVE_INFINITY } = bad
  const { session, clock, pause, data, text } = openSession(noon, now => now - noon >= leaveAfterMs)
  let pushedAt: number | undefined
  const options = optionsOf(...args)
  const event = makeEvent(options, noon)
  const code = await runSend(options, event, {
    ...session,
    events: {
      name: 'queqiao-local-events',
      where: 'http://127.0.0.1:4566',
      async push({ body }) {
        pause()
        if (bad.pushFails) throw new AskError('the queue is not there')
        pushedAt = clock.now
        pushed.push(body)
      },
    },
    deliveries: {
      async find() {
        if (bad.findFails && pushedAt !== undefined) throw new AskError('the table is not there')
        const passed = Math.floor((clock.now - (pushedAt ?? clock.now)) / 1000)
        return states[Math.min(passed, states.length) - 1] ?? known
      },
    },
    log: 'in the terminal of npm start',
  })
  return { code, pushed, id: event.id, data, text: text(), seconds: (clock.now - noon) / 1000 }
}

const says = (text: string) => expect.stringContaining(text)
const briefly = [...orderPaid, '--wait', '5']

describe('./queqiao send', () => {
  it('pushes the event, and tells each state until the last', async () => {
    const { code, pushed, text } = await play([at('accepted'), at('delivered')])

    expect([code, pushed.length]).toEqual([0, 1])
    expect(text).toContain(
      'An event for queqiao-local-events (http://127.0.0.1:4566) · 推送事件\n  id        send-2026',
    )
    expect(text).toMatch(
      /✓ pushed.*waiting for the first news.*✓ accepted .*\(1 s\).*waiting for the receipt.*✓ delivered .*\(2 s\)/s,
    )
  })

  it.each(['blocked', 'failed', 'dropped', 'rejected', 'in-doubt', 'parked'] as const)(
    'ends with 1 for %s',
    async state => {
      expect(await play([at(state)])).toMatchObject({ code: 1, seconds: 1, text: says(` ${state} · `) })
    },
  )

  it('goes on following what waits, and says when it is tried next', async () => {
    const nextTryAt = '2026-11-22T04:05:00.000Z'
    const waiting = at('waiting', { reason: 'an operator must act: config: 40164', errcode: 40164, nextTryAt })
    const { code, text } = await play([waiting, { ...at('delivered'), at: nextTryAt }])
    expect(code).toBe(0)
    expect(text).toMatch(/… waiting .*config: 40164.*next try 2026-11-22 12:05 in China.*✓ delivered/s)
    const stuck = await play([waiting], { args: briefly })
    expect([stuck.code, stuck.seconds]).toEqual([1, 6])
    expect(stuck.text).toContain('waiting for the next try')
    expect(stuck.text).toContain('nothing new for 5 s: it waits, as told above')
  })

  it('says that no receipt has come, and how to look again', async () => {
    const { code, seconds, text, id } = await play([at('accepted')], { args: briefly })

    expect([code, seconds]).toEqual([0, 6])
    expect(text).toContain('no receipt for 5 s: it may still come')
    expect(text).toContain(`./queqiao send --id ${id}`)
  })

  it('says that nothing has become of it, and where the log is', async () => {
    const { code, seconds, text } = await play([])

    expect([code, seconds]).toEqual([1, 60])
    expect(text).toContain('✗ no news for 1 min 0 s')
    expect(text).toContain('tells the log of send: in the terminal of npm start')
  })

  // The state before the push is still there for a moment, and would be taken for the outcome.
  it('does not take what became of the same id before for the outcome', async () => {
    const before = at('dropped', { reason: 'not-following', at: '2026-11-21T00:00:00.000Z' })
    const again = at('dropped', { reason: 'not-following' })

    const { code, pushed, text } = await play([before, again], { known: before })

    expect([code, pushed.length]).toEqual([1, 1])
    expect(text.match(/✗ dropped/g)).toHaveLength(1)
    expect(text).toContain('✗ dropped · 未发送 (2 s)')
  })

  it('pushes no id that was sent, and tells what became of it', async () => {
    const { code, pushed, text } = await play([], { known: at('delivered') })

    expect([code, pushed]).toEqual([0, []])
    expect(text).toContain('not sent again for 15 days · 此 id 已发送过')
    expect(text).toContain('✓ delivered')
  })

  it('only follows an id', async () => {
    const followed = await play([], { args: ['--id', 'a'], known: at('blocked') })
    expect(followed).toMatchObject({ code: 1, pushed: [], text: says('✗ blocked') })
  })

  it('only pushes with --no-follow, and needs no table', async () => {
    const { code, pushed, text } = await play([at('dropped')], { args: [...orderPaid, '--no-follow'], findFails: true })
    expect([code, pushed.length]).toEqual([0, 1])
    expect(text).not.toContain('dropped')
  })

  it('tells programs the id and what became of it', async () => {
    const { id, data } = await play([at('accepted'), at('delivered')])
    expect(data).toEqual([{ id, delivery: at('delivered') }])
    expect((await play([])).data).toEqual([{ id: expect.any(String) }])
    const pushed = await play([], { args: [...orderPaid, '--no-follow'] })
    expect(pushed.data).toEqual([{ id: pushed.id }])
  })

  it('explains a failure, and how to follow what is pushed', async () => {
    const endOf = ({ code, text }: { code: number; text: string }) => [code, text.split('\n').at(-1)]
    const unpushed = await play([], { pushFails: true })
    expect(endOf(unpushed)).toEqual([1, `✗ the queue is not there; to try again: with --id ${unpushed.id}`])
    const unseen = await play([], { findFails: true })
    const toFollow = `to follow the event: ./queqiao send --id ${unseen.id}`
    expect(endOf(unseen)).toEqual([1, `✗ the table is not there; ${toFollow}`])
  })

  it('leaves the event alone when nobody watches any more', async () => {
    const { code, text, id } = await play([at('accepted')], { leaveAfterMs: 1500 })
    expect(code).toBe(130)
    expect(text).toContain(`Stopped watching; the event goes its way. To follow it again: ./queqiao send --id ${id}`)
  })
})
