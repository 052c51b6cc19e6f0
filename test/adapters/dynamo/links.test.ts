/** Two processes at the rows of one person, one of which stands still between its two writes; and rows that are spoilt. */

import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { expect, it } from 'vitest'
import { clientOf, openMemoryTables } from '../../../kit/memory-dynamo.ts'
import { createLinkUpkeep } from '../../../lib/adapters/dynamo/link-upkeep.ts'
import { createLinkStore } from '../../../lib/adapters/dynamo/links.ts'
import type { FollowerRow } from '../../../lib/followers/link.ts'
import { id } from '../../ids.ts'

const openid = id('oOfficial')
const [before, after] = [id('uBefore'), id('uAfter')]
const row = (more: Partial<FollowerRow> = {}): FollowerRow => ({
  openid,
  unionid: before,
  following: true,
  followedAt: 90,
  at: 100,
  ...more,
})

/** `late` stands still before it writes the row of `before`, as `isLate` tells, until `go`. */
function openLinks() {
  const { promise: isOver, resolve: go } = Promise.withResolvers<void>()
  const { promise: isLate, resolve: stop } = Promise.withResolvers<void>()
  const dynamo = clientOf(openMemoryTables())
  const send = async (command: object) => {
    if (command instanceof UpdateCommand && command.input.Key?.address === `unionid#${before}`) {
      stop()
      await isOver
    }
    return Reflect.apply(dynamo.send, dynamo, [command])
  }
  const late = createLinkStore(Object.assign(Object.create(dynamo), { send }), 'links')
  const links = { ...createLinkStore(dynamo, 'links'), ...createLinkUpkeep(dynamo, 'links') }
  const reached = async () => (await links.resolve([{ unionid: before }, { unionid: after }])).map(it => it?.following)
  return { links, late, isLate, go, reached }
}

it('leads no unionid of before to a person, though it was not there yet when the new one was written', async () => {
  const { links, late, isLate, go, reached } = openLinks()
  const writing = late.writeFollower(row(), undefined)
  await isLate
  await links.writeFollower(row({ unionid: after, formerly: [before] }), row())
  go()
  expect(await writing).toBe(true)
  expect(await reached()).toEqual([false, true])
})

it('leaves nothing of a unionid whose person was erased in between, the second time', async () => {
  const { links, late, isLate, go, reached } = openLinks()
  const writing = late.writeFollower(row({ followedAt: 300, at: 300 }), undefined)
  await isLate
  const { followedAt: _, ...left } = row({ following: false, at: 301 })
  await links.writeFollower({ ...left, unionid: after }, row({ followedAt: 300, at: 300 }))
  const everything = [{ openid, unionid: before }, { unionid: after }]
  await links.erase(everything, 200)
  go()
  await writing
  await links.erase(everything, 200)
  expect(await reached()).toEqual([false, false])
})

it('tells once a call which rows cannot be read, by what may stand in a log', async () => {
  const told: (readonly string[])[] = []
  const tables = openMemoryTables()
  const links = tables.get('links')
  for (const openid of ['oSpoilt-000000000000000000001', 'oSpoilt-000000000000000000002']) {
    links?.put({ Item: { address: `openid#${openid}`, at: 1, following: 'yes' } })
  }
  links?.put({ Item: { address: `mini#oMini`, at: 1, unionid: after } })
  links?.put({ Item: { address: `unionid#${after}`, loginAt: 'yesterday' } })
  const store = createLinkStore(clientOf(tables), 'links', addresses => told.push(addresses))
  const spoilt = ['oSpoilt-000000000000000000001', 'oSpoilt-000000000000000000002'].map(it => ({ openid: id(it) }))
  const found = await store.resolve([...spoilt, { miniOpenid: id('oMini') }, { openid }])
  expect(found).toEqual([undefined, undefined, undefined, { known: false, following: false }])
  expect(told).toEqual([['openid#oSpo…001', 'openid#oSpo…002', 'unionid#…']])
})
