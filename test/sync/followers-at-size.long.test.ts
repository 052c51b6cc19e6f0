/**
 * A sync run at size with the real stores: 20,000 followers against dynalite, over loopback.
 *
 * What it counts is printed in one line; nothing here measures time. It takes its minute for 40,000 writes, half in the
 * SDK and half in dynalite. A million, with stores in memory: `npm run bench -- --part walk`.
 */

import * as v from 'valibot'
import { expect, it } from 'vitest'

import { createErasures } from '../../lib/adapters/dynamo/erasures.ts'
import { createJournal } from '../../lib/adapters/dynamo/journal.ts'
import { createLinkUpkeep } from '../../lib/adapters/dynamo/link-upkeep.ts'
import { createLinkingStore } from '../../lib/adapters/dynamo/linking.ts'
import { createLinkStore } from '../../lib/adapters/dynamo/links.ts'
import { createSyncRunStore } from '../../lib/adapters/dynamo/sync-runs.ts'
import { type Person, personIn } from '../../lib/followers/link.ts'
import type { Address, OpenId, UnionId } from '../../lib/identifiers.ts'
import { inRuns } from '../../lib/pool.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { createPeople } from '../../local/wechat/people.ts'
import { openTables, type Tables } from '../dynamodb.ts'
import { openFollowers } from '../followers/followers-world.ts'
import { openForAll } from '../for-all.ts'
import { id } from '../ids.ts'

const followers = 20_000
const added = 150
const removed = 1_000
const dayMs = 86_400_000
/** SQS hands a function so many messages at once. */
const messagesAtOnce = 100
const paths = { userGet: '/cgi-bin/user/get', batchget: '/cgi-bin/user/info/batchget' }

const tables = openForAll(() => openTables())

it('syncs 20,000 followers: each call and row once, none when nothing changed, and only those who were added or removed', async () => {
  const { control, tick, sync, wrongLinks } = await openAtSize()
  await control('/people', { count: followers, following: true })

  const first = await sync()
  expect(first).toMatchObject({
    userGet: 2,
    batchget: followers / 100,
    linksRead: followers,
    linksWritten: 2 * followers,
    pagesWritten: 2,
  })
  expect(await wrongLinks(followers, () => true)).toEqual([])
  // At most a small write for each message tells how far the sync run is worked in.
  expect(first.stepsCounted).toBeLessThanOrEqual(followers / 100)

  tick(dayMs)
  const second = await sync()
  expect(second).toMatchObject({ userGet: 2, batchget: 0, linksRead: 0, linksWritten: 0, pagesWritten: 0, removed: 0 })

  tick(dayMs)
  await control('/people', { count: added, following: true })
  await control('/people/change', { first: 5_000, count: removed, following: false })
  const third = await sync()
  expect(third).toMatchObject({ userGet: 2, batchget: Math.ceil(added / 100), added, removed })
  expect(third).toMatchObject({ linksRead: added + removed, linksWritten: 2 * (added + removed) })
  expect(await wrongLinks(followers + added, person => person < 5_000 || person >= 5_000 + removed)).toEqual([])

  print({ first, second, third })
}, 900_000)

/** The world with the real stores; `sync` syncs, works in all that was queued, and counts. */
async function openAtSize() {
  const world = await openFollowers({ pageSize: 10_000 })
  const { dynamo } = tables
  const [linksTable, walksTable] = [await tables.make('links'), await tables.make('walks')]
  const links = { ...createLinkStore(dynamo, linksTable), ...createLinkUpkeep(dynamo, linksTable) }
  const { appid } = world.official
  const journal = createJournal(dynamo, walksTable, appid, world.random)
  const stores = {
    links,
    journal,
    syncRuns: createSyncRunStore(dynamo, walksTable, appid),
    linking: createLinkingStore(dynamo, walksTable, appid, world.now),
    erasures: createErasures(dynamo, walksTable, appid),
  }
  const counted = countRows(dynamo)
  const figures = async () => ({
    userGet: await world.calls(paths.userGet),
    batchget: await world.calls(paths.batchget),
    linksRead: counted.rows('read', linksTable),
    linksWritten: counted.rows('written', linksTable),
    pagesWritten: counted.rows('written', walksTable, 'page'),
    checkpoints: counted.rows('written', walksTable, 'state'),
    stepsCounted: counted.rows('written', walksTable, 'linking'),
    requests: counted.requests(),
  })

  return {
    ...world,
    async sync(): Promise<Figures> {
      const before = await figures()
      const { added, removed, complete } = await world.runSync({}, stores)
      expect(complete).toBe(true)
      for (const batch of inRuns(world.queued.splice(0), messagesAtOnce)) {
        expect(await world.work(batch, stores)).toEqual([])
      }
      expect([await stores.linking.waiting(), await stores.linking.isUnderWay()]).toEqual([0, false])
      return { added, removed, ...minus(await figures(), before) }
    },
    /** The people, by their numbers, of whom the links do not say what is so, asked by each of their ids. */
    async wrongLinks(count: number, isFollowing: (person: number) => boolean): Promise<number[]> {
      const wrong: number[] = []
      const addresses: readonly ((ids: Ids) => Address)[] = [world.atAccount, ({ unionid }) => ({ unionid })]
      for (const addressOf of addresses) {
        for (const run of inRuns(idsOf(count), 100)) {
          const found = (await links.resolve(run.map(addressOf))).map(one => personIn(one, appid))
          const others = run.filter((ids, at) => !isRight(found[at], ids, isFollowing(ids.person)))
          wrong.push(...others.map(other => other.person))
        }
      }
      return wrong
    },
  }
}

type Ids = { readonly person: number; readonly openid: OpenId; readonly unionid: UnionId }

function isRight(found: Person | undefined, { openid, unionid }: Ids, following: boolean): boolean {
  return found?.openid === openid && found.unionid === unionid && found.following === following
}

/** The box makes everybody's ids of their number. */
function idsOf(count: number): Ids[] {
  const people = createPeople(defaultAccounts)
  people.add(count, { unionid: true, following: true, at: 0 })
  const openids = people.openids(Array.from({ length: count }, (_, person) => person))
  return openids.map((openid, person) => ({ person, openid: id(openid), unionid: id(people.unionid(person) ?? '') }))
}

type Figures = Readonly<Record<string, number>>

type Row = { readonly how: 'read' | 'written'; readonly table: string; readonly key: string }

/** Counts what goes to DynamoDB: requests, and rows by table and by the first word of their key. */
function countRows(dynamo: Tables['dynamo']) {
  const rows = new Map<string, number>()
  let requests = 0
  dynamo.middlewareStack.add(
    next => args => {
      requests += 1
      for (const { how, table, key } of rowsOf(args.input)) {
        const name = `${how} ${table} ${key}`
        rows.set(name, (rows.get(name) ?? 0) + 1)
      }
      return next(args)
    },
    { step: 'initialize' },
  )
  return {
    requests: () => requests,
    rows: (how: Row['how'], table: string, key = '') =>
      [...rows].reduce((sum, [name, count]) => (name.startsWith(`${how} ${table} ${key}`) ? sum + count : sum), 0),
  }
}

const keyed = v.record(v.string(), v.union([v.string(), v.number()]))
const request = v.union([
  v.object({ RequestItems: v.record(v.string(), v.object({ Keys: v.array(keyed) })) }),
  v.object({ TableName: v.string(), Key: keyed, ConsistentRead: v.literal(true) }),
  v.object({ TableName: v.string(), Key: keyed }),
  v.object({ TableName: v.string(), Item: v.looseObject({ walk: v.string() }) }),
])

/** The rows that a request names; a query names none. */
function rowsOf(input: unknown): Row[] {
  const result = v.safeParse(request, input)
  if (!result.success) return []
  const { output } = result
  const keyOf = (key: object) => `${Object.values(key)[0]}`
  if ('RequestItems' in output) {
    return Object.entries(output.RequestItems).flatMap(([table, { Keys }]) =>
      Keys.map(key => ({ how: 'read' as const, table, key: keyOf(key) })),
    )
  }
  if ('Item' in output) return [{ how: 'written', table: output.TableName, key: output.Item.walk }]
  return [{ how: 'ConsistentRead' in output ? 'read' : 'written', table: output.TableName, key: keyOf(output.Key) }]
}

function minus(after: Figures, before: Figures): Figures {
  return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]))
}

function print(syncs: Readonly<Record<string, Figures>>): void {
  const told = Object.entries(syncs).map(([title, figures]) => {
    const counts = Object.entries(figures).map(([name, count]) => `${count} ${name}`)
    return `${title}: ${counts.join(', ')}`
  })
  process.stdout.write(`followers at size: ${told.join('; ')}\n`)
}
