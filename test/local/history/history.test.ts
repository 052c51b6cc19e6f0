/** What the log tells of each event. */

import { expect, it } from 'vitest'

import { readApps } from '../../../lib/app-list.ts'
import { createHistory } from '../../../local/history/history.ts'

const brand = 'wx00000000b4a4d001'
const region = 'wx000000004e910001'
const apps = readApps(
  {
    local: {
      brand: { kind: 'official', appid: brand, default: true },
      region: { kind: 'official', appid: region },
      shop: { kind: 'mini', appid: 'wx00000000540b0001' },
    },
  },
  'local',
  () => {
    throw new Error('the stage has a list')
  },
)

function open() {
  const history = createHistory({ apps: () => apps })
  const note = (message: string, fields: object) =>
    history.add(JSON.stringify({ level: 'DEBUG', message, timestamp: '2026-11-22T12:00:00.000Z', ...fields }))
  const states = () => Object.fromEntries(history.events().map(it => [it.id, it.state]))
  return { ...history, note, states }
}

it('two accounts may have messages of one msgid: each receipt is of its own event, early or late', () => {
  const { note, states } = open()
  note('receipts.kept', { msgid: '7', official: region, state: 'blocked' })
  note('send.accepted', { app: 'brand', id: 'of-brand', msgid: '7', errcode: 0 })
  note('send.accepted', { app: 'region', id: 'of-region', msgid: '7', errcode: 0 })
  expect(states()).toEqual({ 'of-brand': 'accepted', 'of-region': 'blocked' })
  note('receipts.kept', { msgid: '7', official: brand, state: 'delivered' })
  expect(states()).toEqual({ 'of-brand': 'delivered', 'of-region': 'blocked' })
})

it('why an event was put off is told no longer once it was sent', () => {
  const { note, events } = open()
  note('send.held', { app: 'brand', id: 'order-1', reason: '45009' })
  expect(events()).toMatchObject([{ state: 'parked', reason: '45009' }])
  note('send.accepted', { app: 'brand', id: 'order-1', msgid: '8', errcode: 0 })
  expect(events()[0]).toMatchObject({ state: 'accepted' })
  expect(events()[0]).not.toHaveProperty('reason')
})
