/** Finds the followers who are due for a revisit, and removes people from the links (the rows: link-rows.ts). */

import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { subtract } from '../../followers/person-ids.ts'
import type { LinkUpkeep } from '../../followers/ports.ts'
import type { Address } from '../../identifiers.ts'
import { inRuns } from '../../pool.ts'
import { type Dynamo, queryAll } from './dynamo.ts'
import { createExpiry } from './link-expiry.ts'
import { erasureUntil } from './link-removal.ts'
import { createRemoving, leadsOf } from './link-removing.ts'
import { keyOf, openidOf, rowOf, waitingKey, waitingShards } from './link-rows.ts'
import { createSettling } from './link-settling.ts'
import { createUnions } from './link-sides.ts'

const runSize = 100

/** Creates the upkeep of the links. It uses what is readable of a row: damaged rows must be removable too. */
export function createLinkUpkeep(dynamo: Dynamo, table: string): LinkUpkeep {
  const read = async (address: Address) => {
    const Key = { address: keyOf(address) }
    const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))
    return Item === undefined ? undefined : rowOf(Item)
  }
  const remove = createRemoving({ dynamo, table, read, settle: createSettling(dynamo, table) })
  const expire = createExpiry({ read, remove, unions: createUnions(dynamo, table) })

  return {
    async idsOf(address) {
      const row = await read(address)
      const unionid = 'unionid' in address ? undefined : row?.unionid
      const union = unionid === undefined ? undefined : await read({ unionid })
      return subtract([address, ...[row, union].flatMap(it => (it === undefined ? [] : leadsOf(it)))], [])
    },
    erase: (ids, at) => remove(ids, ids, erasureUntil(at)),
    expire: (official, openid, at) => expire({ official, openid }, at),
    async *waiting(official, what, until) {
      for (let shard = 0; shard < waitingShards; shard++) {
        const rows = queryAll(dynamo, ExclusiveStartKey => {
          const found = { ':waits': waitingKey(official, what, shard), ':until': until }
          return new QueryCommand({
            TableName: table,
            ...isWaiting,
            ExpressionAttributeValues: found,
            ExclusiveStartKey,
          })
        })
        for await (const items of rows)
          yield* inRuns(
            items.flatMap(it => openidOf(`${it.address}`) ?? []),
            runSize,
          )
      }
    },
  }
}

const isWaiting = {
  IndexName: 'by-waiting',
  KeyConditionExpression: 'waits = :waits AND #at <= :until',
  ExpressionAttributeNames: { '#at': 'at' },
}
