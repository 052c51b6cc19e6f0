/** What a batch costs at AWS does not grow with the accounts of the stage, but with those by which its messages go out. */

import { afterAll, expect, it } from 'vitest'

import { clientOf, openMemoryTables } from '../../kit/memory-dynamo.ts'
import { createAttemptStore } from '../../lib/adapters/dynamo/attempts.ts'
import { createDeliveryStore } from '../../lib/adapters/dynamo/deliveries.ts'
import { createGateStore } from '../../lib/adapters/dynamo/gate.ts'
import { createLinkStore } from '../../lib/adapters/dynamo/links.ts'
import { openAccounts } from './accounts-world.ts'
import { arrival, event } from './send-world.ts'

const told: string[] = []
afterAll(() => {
  process.stdout.write(`\n${told.join('\n')}\n`)
})

/** A batch of a hundred by so many of so many accounts: the requests to DynamoDB, and the rows that it wrote. */
async function costOf(accounts: number, used: number) {
  const names = Array.from({ length: accounts - 1 }, (_, index) => `account-${index}`)
  const { sendAll, person, stage, now, box } = await openAccounts(...names)
  const all = ['official', ...names].slice(0, used)
  const { unionid, ids } = await person(...all)
  const cost = { requests: 0, rows: 0 }
  const count = (work: () => Promise<object>) => {
    cost.requests += 1
    return work()
  }
  const tables = openMemoryTables()
  const dynamo = clientOf(tables, count, () => {
    cost.rows += 1
  })
  const links = createLinkStore(dynamo, 'links')
  for (const { app } of stage().accounts.slice(0, used)) {
    const row = { openid: ids(app.name), unionid, following: true, followedAt: 1, at: 1 }
    await links.of(app.appid).writeFollower(row, undefined)
  }
  Object.assign(cost, { requests: 0, rows: 0 })
  const batch = Array.from({ length: 100 }, (_, index) =>
    arrival(event(`order-${index}`, { unionid }, { from: all[index % used] ?? 'official' })),
  )
  const stores = {
    links,
    deliveries: createDeliveryStore(dynamo, 'deliveries', { now, isIndexed: false }),
    attempts: createAttemptStore(dynamo, 'attempts', { now }),
    accounts: stage().accounts.map(it => ({
      ...it,
      gate: createGateStore(dynamo, 'deliveries', { official: it.app.appid }),
    })),
  }
  expect(await sendAll(batch, stores)).toEqual([])
  expect(box.messages()).toHaveLength(100)
  told.push(`${accounts} accounts, ${used} in the batch: ${cost.requests} requests, ${cost.rows} rows written`)
  return cost
}

it('costs a batch of a hundred the same with 1, 2 and 20 accounts, and one read more for each further one that is used', async () => {
  const alone = await costOf(1, 1)
  expect([await costOf(2, 1), await costOf(20, 1)]).toEqual([alone, alone])
  const two = await costOf(20, 2)
  expect([two.rows, two.requests]).toEqual([alone.rows, alone.requests + 1])
})
