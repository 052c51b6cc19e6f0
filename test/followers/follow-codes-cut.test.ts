/** A scan whose work is cut short before any one of its requests to DynamoDB, and what it costs. */

import { expect, it } from 'vitest'

import { clientOf, openMemoryTables } from '../../kit/memory-dynamo.ts'
import { createFollowCodes } from '../../lib/adapters/dynamo/follow-codes.ts'
import { createLinkUpkeep } from '../../lib/adapters/dynamo/link-upkeep.ts'
import { createLinkStore } from '../../lib/adapters/dynamo/links.ts'
import type { News } from '../../lib/followers/follower-news.ts'
import { newScene } from '../../lib/followers/scene.ts'
import { openFollowers } from './followers-world.ts'

const commandOf = (request: { readonly constructor: { readonly name: string } }) => request.constructor.name

/** A code that somebody scanned, and tables whose requests are named, and refused from the one on that is `broken`. */
async function openScanned() {
  const world = await openFollowers()
  const tables = openMemoryTables()
  const done: string[] = []
  const limit = { broken: Number.POSITIVE_INFINITY }
  const inner = clientOf(tables)
  const send = async (command: object) => {
    if (done.length >= limit.broken) throw new Error('the process was killed')
    done.push(commandOf(command).replace('Command', ''))
    return Reflect.apply(inner.send, inner, [command])
  }
  const dynamo = Object.assign(Object.create(inner), { send })
  const links = { ...createLinkStore(dynamo, 'links'), ...createLinkUpkeep(dynamo, 'links') }
  const codes = createFollowCodes(dynamo, 'logins')
  const who = await world.person({ unionid: false, following: true })
  const { mini, official, seconds, now } = world
  await links.writeLogin({ mini, miniOpenid: who.miniOpenid }, now())
  const scene = newScene()
  await codes.keep({ scene, official: official.appid, user: world.atMini(who), until: seconds() + 60 })
  const news: News = { change: 'follow', official: official.appid, openids: [who.openid], at: seconds(), scene }
  const run = async (broken = Number.POSITIVE_INFINITY) => {
    done.length = 0
    limit.broken = broken
    const again = await world.work([news], { links, codes })
    limit.broken = Number.POSITIVE_INFINITY
    return { again, done: [...done] }
  }
  const openid = async () => {
    const [found] = await links.resolve([world.atMini(who)])
    const account = found?.accounts.get(official.appid)
    return account === 'unreadable' ? account : account?.openid
  }
  return { run, openid, who, news }
}

it('costs three reads and three writes beside the follow, and again three reads', async () => {
  const { run, openid, who } = await openScanned()
  const first = await run()
  // The follow, and its journal in a table of its own; then the code, both rows, and each of these.
  expect(first.done).toEqual(['BatchGet', 'Update', 'Get', 'Update', 'BatchGet', 'Update', 'Update'])
  expect(await openid()).toBe(who.openid)
  const second = await run()
  expect(second.done.slice(-2)).toEqual(['Get', 'BatchGet'])
})

it('is completed by the next try, and links nobody before, wherever it was cut short', async () => {
  const { run } = await openScanned()
  const requests = (await run()).done.length
  for (let broken = 0; broken < requests; broken++) {
    const scanned = await openScanned()
    expect((await scanned.run(broken)).again, `before request ${broken}`).toEqual([scanned.news])
    expect(await scanned.openid(), `before request ${broken}`).toBeUndefined()
    expect((await scanned.run()).again).toEqual([])
    expect(await scanned.openid()).toBe(scanned.who.openid)
  }
})

it('is worked in once by two processes at once', async () => {
  const { run, openid, who } = await openScanned()
  const both = await Promise.all([run(), run()])
  expect(both.flatMap(it => it.again)).toEqual([])
  expect(await openid()).toBe(who.openid)
})
