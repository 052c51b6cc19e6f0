/** Two processes at the rows of one person, one of which stands still between its two writes; and rows that are spoilt. */

import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { expect, it } from 'vitest'
import { clientOf, openMemoryTables } from '../../../kit/memory-dynamo.ts'
import { createLinkUpkeep } from '../../../lib/adapters/dynamo/link-upkeep.ts'
import { createLinkStore } from '../../../lib/adapters/dynamo/links.ts'
import { type FollowerRow, personIn } from '../../../lib/followers/link.ts'
import { id, miniAppid, officialAppid, otherOfficialAppid } from '../../ids.ts'

const openid = id('oOfficial')
const [official, mini] = [officialAppid, miniAppid]
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
  const late = createLinkStore(Object.assign(Object.create(dynamo), { send }), 'links').of(official)
  const store = createLinkStore(dynamo, 'links')
  const links = { ...store.of(official), ...createLinkUpkeep(dynamo, 'links') }
  const reached = async () =>
    (await store.resolve([{ unionid: before }, { unionid: after }])).map(it => personIn(it, official)?.following)
  return { dynamo, store, links, late, isLate, go, reached }
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
  const everything = [{ official, openid }, { unionid: before }, { unionid: after }]
  await links.erase(everything, 200)
  go()
  await writing
  await links.erase(everything, 200)
  expect(await reached()).toEqual([false, false])
})

it('forgets of who follows another account meanwhile only what is of the one that they left', async () => {
  const { dynamo, links, store } = openLinks()
  const { followedAt: _, ...left } = row({ following: false })
  await links.writeFollower(left, undefined)
  await store.writeLogin({ mini, miniOpenid: id('oMini'), unionid: before }, 1)
  const elsewhere = { official: otherOfficialAppid, openid: id('oElsewhere') }
  let isTold = false
  const send = async (command: object) => {
    const answer = await Reflect.apply(dynamo.send, dynamo, [command])
    // Right after it was read that no other account knows them.
    if (command instanceof GetCommand && command.input.Key?.address === `unionid#${before}` && !isTold) {
      isTold = true
      await store.of(elsewhere.official).writeFollower(row({ openid: elsewhere.openid }), undefined)
    }
    return answer
  }
  const late = createLinkUpkeep(Object.assign(Object.create(dynamo), { send }), 'links')
  expect(await late.expire(official, openid, 100)).toBe(true)
  const everything = [elsewhere, { unionid: before }, { mini, miniOpenid: id('oMini') }]
  expect(new Set(await links.idsOf({ unionid: before }))).toEqual(new Set(everything))
  expect((await store.resolve(everything)).map(it => personIn(it, elsewhere.official)?.following)).toEqual([
    true,
    true,
    true,
  ])
})

it('tells once a call what cannot be read, by what may stand in a log', async () => {
  const told: (readonly string[])[] = []
  const tables = openMemoryTables()
  const put = (Item: object) => clientOf(tables).send(new PutCommand({ TableName: 'links', Item: { ...Item } }))
  for (const openid of ['oSpoilt-000000000000000000001', 'oSpoilt-000000000000000000002']) {
    await put({ address: `openid#${official}#${openid}`, at: 1, following: 'yes' })
  }
  await put({ address: `mini#${mini}#oMini`, at: 1, unionid: after })
  const sides = { [official]: 'odd', [otherOfficialAppid]: { at: 1 }, [mini]: { miniOpenid: 'oMini', at: 'yesterday' } }
  await put({ address: `unionid#${after}`, ...sides })
  const store = createLinkStore(clientOf(tables), 'links', addresses => told.push(addresses))
  const spoilt = ['oSpoilt-000000000000000000001', 'oSpoilt-000000000000000000002']
  const addresses = spoilt.map(it => ({ official, openid: id(it) }))
  const found = await store.resolve([...addresses, { mini, miniOpenid: id('oMini') }, { official, openid }])
  expect(found.map(it => personIn(it, official))).toEqual([undefined, undefined, undefined, nobody])
  expect(told).toEqual([
    [`openid#${official}#oSpo…001`, `openid#${official}#oSpo…002`, `unionid#…#${official}`, `unionid#…#${mini}`],
  ])
})

const nobody = { known: false, following: false }
