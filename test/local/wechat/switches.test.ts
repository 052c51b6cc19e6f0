import * as v from 'valibot'
import { expect } from 'vitest'
import { field } from '../../../local/wechat/json.ts'
import { switchNames } from '../../../local/wechat/switches.ts'
import { goodData, type TestBox, template, test } from './open-test-box.ts'

const switches = v.array(v.object({ name: v.picklist(switchNames), on: v.boolean() }))

async function onIn(box: TestBox): Promise<string[]> {
  return v.parse(switches, await box.control('/switches')).flatMap(({ name, on }) => (on ? [name] : []))
}

const set = (box: TestBox, name: string, on: boolean) => box.control('/switches', { name, on })

/** The errcode of a message to a new follower; null if the connection was reset. */
async function send(box: TestBox, token: string): Promise<unknown> {
  const { openid } = await box.person({ following: true })
  const message = { touser: openid, template_id: template.templateId, data: goodData }
  const answer = await box.post(`/cgi-bin/message/template/send?access_token=${token}`, message).catch(() => undefined)
  return answer === undefined ? null : field(answer.json, 'errcode')
}

for (const [name, errcode] of [
  ['steal-token', 40001],
  ['allow-list', 40164],
  ['day-quota', 45009],
  ['busy', -1],
  ['reset-after-sending', null],
] as const)
  test(`"${name}" is on until it is switched off`, async ({ box }) => {
    const token = await box.token()
    expect(await send(box, token)).toBe(0)

    await set(box, name, true)
    expect(await onIn(box)).toEqual([name])
    expect(await send(box, token)).toBe(errcode)
    // Switched on twice, it is still off after one switch.
    await set(box, name, true)
    expect(await send(box, token)).toBe(errcode)

    await set(box, name, false)
    expect(await onIn(box)).toEqual([])
    expect(await send(box, token)).toBe(0)
  })

test('of a sending that is reset the message arrives', async ({ box }) => {
  const token = await box.token()
  await set(box, 'reset-after-sending', true)
  await send(box, token)
  expect(await box.control('/messages')).toHaveLength(1)
})

test('the theft ends as soon as a new token is fetched, and without a token there is none', async ({ box }) => {
  await expect(set(box, 'steal-token', true)).rejects.toThrow('no valid access token')
  const first = field(await box.stable(), 'access_token')
  await set(box, 'steal-token', true)
  const next = String(field(await box.stable(), 'access_token'))
  expect(next).not.toBe(first)
  expect(await onIn(box)).toEqual([])
  expect(await send(box, next)).toBe(0)
})

test('the day’s quota comes back by itself at midnight in China', async ({ box }) => {
  await set(box, 'day-quota', true)
  await box.control('/clock', { advance: 12 * 3_600_000 })
  expect(await onIn(box)).toEqual([])
})

test('MarkFail is over after a minute, or when it is switched off', async ({ box }) => {
  await set(box, 'mark-fail', true)
  expect(await onIn(box)).toEqual(['mark-fail'])
  box.tick(60_000)
  expect(await onIn(box)).toEqual([])
  await set(box, 'mark-fail', true)
  await set(box, 'mark-fail', false)
  expect(await onIn(box)).toEqual([])
})

test('receipts are late or lost, not both', async ({ box }) => {
  await box.control('/callback', { hold: true })
  const token = await box.token()
  const held = async () => field(await box.control('/callbacks'), 'held')
  await set(box, 'late-receipts', true)
  await set(box, 'lost-receipts', true)
  expect(await onIn(box)).toEqual(['lost-receipts'])
  expect(await send(box, token)).toBe(0)
  await set(box, 'late-receipts', false)
  expect(await onIn(box)).toEqual(['lost-receipts'])
  await set(box, 'lost-receipts', false)
  expect(await send(box, token)).toBe(0)
  // The receipt of the second message; that of the first would have been here before it.
  await expect.poll(held).toMatchObject([{ id: 'e1', event: 'TEMPLATESENDJOBFINISH' }])
})

test('"slow" is an entry of the fault script, which other entries survive', async ({ box }) => {
  await box.control('/faults', { path: '/cgi-bin/token', kind: 'hang' })
  await set(box, 'slow', true)
  expect(await box.control('/faults')).toMatchObject([{ kind: 'hang' }, { kind: 'slow', ms: 3000, app: 'official' }])
  await set(box, 'slow', false)
  expect(await box.control('/faults')).toMatchObject([{ kind: 'hang' }])
})

test('a switch is of one account', async ({ box }) => {
  await box.control('/apps', { name: 'brand', kind: 'official' })
  for (const name of ['allow-list', 'busy', 'late-receipts', 'mark-fail', 'day-quota'])
    await box.control('/switches', { app: 'brand', name, on: true })
  expect(await onIn(box)).toEqual([])
  expect(v.parse(switches, await box.control('/switches?app=brand')).filter(it => it.on)).toHaveLength(5)
})
