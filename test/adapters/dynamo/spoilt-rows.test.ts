/** Rows of one field or more that no process of ours writes, as after a hand's slip in the table. */

import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'

import { createGateStore } from '../../../lib/adapters/dynamo/gate.ts'
import { createLinkingStore } from '../../../lib/adapters/dynamo/linking.ts'
import { openTables } from '../../dynamodb.ts'
import { openForAll } from '../../for-all.ts'
import { officialAppid } from '../../ids.ts'

const tables = openForAll(() => openTables())

async function spoil(table: string, key: object, field: string, value: unknown) {
  const change = { UpdateExpression: 'SET #field = :value', ExpressionAttributeNames: { '#field': field } }
  const of = { TableName: table, Key: { ...key }, ExpressionAttributeValues: { ':value': value } }
  await tables.dynamo.send(new UpdateCommand({ ...of, ...change }))
}

describe('the row of the gate', () => {
  const pace = { revision: 1, perMinute: 95, nextAt: 1000, heldUntil: 900, until: 5000, settlesAt: 2000, isFound: true }
  const look = { closedAt: 10, nextAt: 20, waitMs: 30, falseTimes: 1 }
  const whole = { closedUntil: 200, closedAt: 10, errcode: 45009, reservedUntil: 100, look, pace }

  async function openGate() {
    const table = await tables.make('deliveries')
    const unreadable: (readonly string[])[] = []
    const gate = createGateStore(tables.dynamo, table, {
      official: officialAppid,
      onUnreadable: fields => unreadable.push(fields),
    })
    await gate.close({ until: 200, errcode: 45009, at: 10 })
    await gate.reserve(100)
    await gate.noteLook({ closedAt: 10 }, look)
    await gate.setPace(pace)
    return {
      gate,
      unreadable,
      spoil: (field: string, value: unknown) => spoil(table, { id: `gate#send#${officialAppid}` }, field, value),
    }
  }

  it.each([
    ['closedUntil', 'no number'],
    ['closedAt', null],
    ['reservedUntil', { no: 'number' }],
    ['errcode', '45009'],
    ['look', { nextAt: 'soon' }],
    ['pace', { ...pace, perMinute: 0 }],
  ])('loses %s alone where that is odd, and tells so once a read', async (field, value) => {
    const { gate, unreadable, spoil } = await openGate()
    await spoil(field, value)
    const { [field]: _, ...others } = whole as Record<string, unknown>
    expect(await gate.read()).toEqual(others)
    expect(unreadable).toEqual([[field]])
  })

  it.each([{ spoilt: { revision: 7 } }, { spoilt: { revision: 'odd' } }, { spoilt: 'odd' }])(
    'is written over where it is odd, $spoilt too',
    async ({ spoilt }) => {
      const { gate, unreadable, spoil } = await openGate()
      for (const field of ['closedUntil', 'closedAt', 'reservedUntil', 'look']) await spoil(field, 'odd')
      await spoil('pace', spoilt)
      expect(await gate.read()).toEqual({ errcode: 45009 })
      await gate.close({ until: 300, errcode: 48006, at: 30 })
      await gate.reserve(50)
      await gate.noteLook({ closedAt: 30 }, look)
      expect([await gate.setPace(pace), await gate.setPace(pace)]).toEqual([true, false])
      const mended = { closedUntil: 300, closedAt: 30, errcode: 48006, reservedUntil: 50, look, pace }
      expect(await gate.read()).toEqual(mended)
      expect(unreadable).toEqual([['closedUntil', 'closedAt', 'reservedUntil', 'look', 'pace']])
    },
  )

  it('opens before its time, though nobody can read when it was closed', async () => {
    const { gate, spoil } = await openGate()
    await spoil('closedAt', 'odd')
    expect(await gate.reopen(await gate.read(), look)).toBe(true)
    expect(await gate.read()).toEqual({ reservedUntil: 100, look, pace })
  })
})

describe('the row of a step of a sync run', () => {
  const dayMs = 86_400_000
  const beganAt = Date.parse('2026-11-22T12:00:00+08:00')
  const counted = { beganAt, isWhole: true }

  async function openLinking(field = 'people') {
    let now = beganAt
    const table = await tables.make('walks')
    const unreadable: (readonly string[])[] = []
    const linking = createLinkingStore(
      tables.dynamo,
      table,
      officialAppid,
      () => now,
      steps => unreadable.push(steps),
    )
    await linking.open(counted, 0)
    for (const step of [1, 2]) await linking.expect({ ...counted, step, run: 7 }, 100)
    await linking.close(counted)
    const [partition, part] = [`linking whole ${officialAppid}`, beganAt * 1000 + 1]
    await spoil(table, { walk: partition, part }, field, 'many')
    return { linking, unreadable, key: `${partition}/${part}`, pass: (ms: number) => (now += ms) }
  }

  it('has nobody wait for longer than the longest sync run takes where it is odd', async () => {
    const { linking, pass } = await openLinking()
    await linking.workedIn([{ ...counted, step: 2, run: 7, message: 0 }])
    expect(await linking.isUnderWay()).toBe(true)
    pass(3 * dayMs + 1)
    expect(await linking.isUnderWay()).toBe(false)
  })

  it('hides no other, and is told of by its key', async () => {
    const { linking, pass, unreadable, key } = await openLinking()
    expect(await linking.waiting()).toBe(100)
    expect(unreadable).toEqual([[key]])
    pass(3 * dayMs + 1)
    expect(await linking.isUnderWay()).toBe(true)
  })

  it('fails nobody whose message was worked in', async () => {
    const { linking } = await openLinking('left')
    await linking.workedIn([1, 2].map(step => ({ ...counted, step, run: 7, message: 0 })))
    expect(await linking.waiting()).toBe(0)
  })

  it('goes with the next whole sync run', async () => {
    const { linking, unreadable } = await openLinking()
    const next = { beganAt: beganAt + dayMs, isWhole: true }
    await linking.open(next, 0)
    await linking.close(next)
    unreadable.length = 0
    expect([await linking.isUnderWay(), await linking.waiting()]).toEqual([false, 0])
    expect(unreadable).toEqual([])
  })
})
