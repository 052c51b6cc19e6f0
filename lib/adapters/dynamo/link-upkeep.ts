/** Finds the followers who are due for a revisit, and removes people from the links (the rows: link-rows.ts). */

import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { without } from '../../followers/person-ids.ts'
import type { LinkUpkeep, PersonIds } from '../../followers/ports.ts'
import { type Address, isId, type OpenId } from '../../identifiers.ts'
import { inRuns } from '../../pool.ts'
import { type Dynamo, queryAll } from './dynamo.ts'
import { erasureUntil, expiryOf } from './link-removal.ts'
import { createRemoving, idsIn, leadsOf } from './link-removing.ts'
import { keyOf, type Row, rowOf, waitingKey, waitingShards } from './link-rows.ts'
import { createSettling } from './link-settling.ts'

const runSize = 100
/** Three kinds of rows refer to one another, and to earlier or later unionids after an account migration. */
const mostRounds = 5

/** Creates the upkeep of the links. It uses what is readable of a row: damaged rows must be removable too. */
export function createLinkUpkeep(dynamo: Dynamo, table: string): LinkUpkeep {
  const read = async (address: Address) => {
    const Key = { address: keyOf(address) }
    const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))
    return Item === undefined ? undefined : rowOf(Item)
  }
  const readIf = async (address: Address | undefined) => (address === undefined ? undefined : read(address))
  const remove = createRemoving({ dynamo, table, read, settle: createSettling(dynamo, table) })

  return {
    async idsOf(told) {
      const own = await readIf(told.openid === undefined ? undefined : { openid: told.openid })
      const mini = await readIf(told.miniOpenid === undefined ? undefined : { miniOpenid: told.miniOpenid })
      const unionid = told.unionid ?? own?.unionid ?? mini?.unionid
      const person = await readIf(unionid === undefined ? undefined : { unionid })
      const { openid = person?.openid, miniOpenid = person?.miniOpenid } = told
      return idsIn({ openid, unionid, miniOpenid })
    },
    erase: (ids, at) => remove(ids, ids, erasureUntil(at)),
    async expire(openid, at) {
      const row = await read({ openid })
      if (row === undefined || !hasLeft(row, at)) return false
      const removal = expiryOf(openid, at)
      const person = await readIf(row.unionid === undefined ? undefined : { unionid: row.unionid })
      // The same person may still follow under another openid.
      const isOther = person?.openid !== undefined && person.openid !== openid
      if (!isOther) await removeBehind(openid, row, (ids, known) => remove(ids, known, removal))
      // Last, because it refers to the others: an interrupted removal can be resumed.
      await remove([{ openid }], [{ openid }, ...leadsOf(row)], removal)
      return (await read({ openid })) === undefined
    },
    async *waiting(what, until) {
      for (let shard = 0; shard < waitingShards; shard++) {
        const rows = queryAll(dynamo, ExclusiveStartKey => {
          const found = { ':waits': waitingKey(what, shard), ':until': until }
          return new QueryCommand({
            TableName: table,
            ...isWaiting,
            ExpressionAttributeValues: found,
            ExclusiveStartKey,
          })
        })
        for await (const items of rows) yield* inRuns(items.flatMap(openidOf), runSize)
      }
    },
  }
}

function hasLeft({ isUnreadable, following, at = 0 }: Row, until: number): boolean {
  return !isUnreadable && following === false && at <= until
}

type RemoveIds = (ids: readonly PersonIds[], known: readonly PersonIds[]) => Promise<PersonIds[]>

/** Removes the rows that an openid's row refers to, the farthest first, because each refers to the next. */
async function removeBehind(openid: OpenId, row: Row, remove: RemoveIds): Promise<void> {
  const known: PersonIds[] = [{ openid }]
  let found = without(leadsOf(row), known)
  for (let round = 0; found.length > 0 && round < mostRounds; round++) {
    known.push(...found)
    found = without(await remove(known.slice(1).toReversed(), known), known)
  }
}

const isWaiting = {
  IndexName: 'by-waiting',
  KeyConditionExpression: 'waits = :waits AND #at <= :until',
  ExpressionAttributeNames: { '#at': 'at' },
}

function openidOf(item: Readonly<Record<string, unknown>>): OpenId[] {
  const openid = `${item.address}`.slice('openid#'.length)
  return isId(openid) ? [openid] : []
}
