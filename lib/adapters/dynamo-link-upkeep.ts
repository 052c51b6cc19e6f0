/** Who of the links waits for something, and how people are taken out of them (the rows: link-rows.ts). */

import { DeleteCommand, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'

import { checked } from '../checked.ts'
import { type Address, isId, type OpenId, type UnionId } from '../identifiers.ts'
import { without } from '../person-ids.ts'
import { inRuns } from '../pool.ts'
import type { LinkUpkeep, PersonIds } from '../ports.ts'
import { change, type Dynamo, onlyIf, queryAll } from './dynamo.ts'
import {
  bothOf,
  type Condition,
  erasureUntil,
  expiryOf,
  followerFields,
  loginFields,
  type Removal,
} from './link-removal.ts'
import { keyOf, linkRow, waitingKey, waitingShards } from './link-rows.ts'

const runSize = 100
/** Three kinds of rows lead to one another, and to a unionid of before or after a move of the account. */
const mostRounds = 5

/** Creates the upkeep of the links. */
export function createLinkUpkeep(dynamo: Dynamo, table: string): LinkUpkeep {
  const read = async (address: Address) => {
    const Key = { address: keyOf(address) }
    const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))
    return Item === undefined ? undefined : checked(linkRow, Item, 'a link')
  }
  const readIf = async (address: Address | undefined) => (address === undefined ? undefined : read(address))
  const removeAll = createRemoval(dynamo, table)

  return {
    async idsOf(told) {
      const own = await readIf(told.openid === undefined ? undefined : { openid: told.openid })
      const mini = await readIf(told.miniOpenid === undefined ? undefined : { miniOpenid: told.miniOpenid })
      const unionid = told.unionid ?? own?.unionid ?? mini?.unionid
      const person = await readIf(unionid === undefined ? undefined : { unionid })
      const { openid = person?.openid, miniOpenid = person?.miniOpenid } = told
      return idsIn({ openid, unionid, miniOpenid })
    },
    erase: (ids, at) => removeAll(ids, erasureUntil(at)),
    async expire(openid, at) {
      const row = await read({ openid })
      if (row === undefined || row.following !== false || (row.at ?? 0) > at) return false
      const person = await readIf(row.unionid === undefined ? undefined : { unionid: row.unionid })
      const removal = expiryOf(openid, at)
      // By another openid the same person may follow still.
      if (person?.openid === undefined || person.openid === openid) {
        await removeAll(idsIn({ unionid: row.unionid, miniOpenid: person?.miniOpenid }), removal)
      }
      // Last: it leads to the others, should this be cut short.
      await removeAll({ openid }, removal)
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

const isWaiting = {
  IndexName: 'by-waiting',
  KeyConditionExpression: 'waits = :waits AND #at <= :until',
  ExpressionAttributeNames: { '#at': 'at' },
}

/**
 * Removes a person's rows, each on its condition; of a unionid's row at least the side whose condition holds. What is
 * removed may lead to rows that were not known, for they were joined just now: these go as well, and are answered.
 */
function createRemoval(dynamo: Dynamo, table: string) {
  const { remove, strip } = createSteps(dynamo, table)
  const removeUnion = async (unionid: UnionId, { unionFollower, unionLogin }: Removal): Promise<PersonIds> => {
    const gone = await remove({ unionid }, bothOf(unionFollower, unionLogin))
    if (gone !== undefined) return gone
    await strip({ unionid }, followerFields, unionFollower)
    await strip({ unionid }, loginFields, unionLogin)
    return {}
  }
  const removeOne = async ({ openid, unionid, miniOpenid }: PersonIds, removal: Removal): Promise<PersonIds[]> => [
    openid === undefined ? {} : ((await remove({ openid }, removal.follower)) ?? {}),
    miniOpenid === undefined ? {} : ((await remove({ miniOpenid }, removal.mini)) ?? {}),
    unionid === undefined ? {} : await removeUnion(unionid, removal),
  ]

  return async (ids: PersonIds, removal: Removal): Promise<readonly PersonIds[]> => {
    const known: PersonIds[] = [ids]
    for (let left = known.slice(), round = 0; left.length > 0 && round < mostRounds; round++) {
      const found: PersonIds[] = []
      for (const it of left) found.push(...(await removeOne(it, removal)))
      left = without(found, known)
      known.push(...left)
    }
    return known.slice(1)
  }
}

function createSteps(dynamo: Dynamo, table: string) {
  return {
    /** Answers the ids in the row that it removed; undefined where the condition did not hold. */
    async remove(address: Address, { condition, values }: Condition): Promise<PersonIds | undefined> {
      const command = new DeleteCommand({
        TableName: table,
        Key: { address: keyOf(address) },
        ConditionExpression: condition,
        ExpressionAttributeNames: namesIn(condition),
        ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: boundOf(values) }),
        ReturnValues: 'ALL_OLD',
      })
      const sent = dynamo.send(command)
      if (!(await onlyIf(sent))) return undefined
      const { Attributes } = await sent
      return Attributes === undefined ? {} : idsIn(checked(linkRow, Attributes, 'a link'))
    },
    strip(address: Address, fields: readonly string[], { condition, values }: Condition) {
      const set = Object.fromEntries(fields.map(name => [name, undefined]))
      // Never a new row: an update of one that is not there would make it.
      const isThere = `attribute_exists(#address) AND (${condition})`
      return change(dynamo, table, { address: keyOf(address) }, { set, condition: isThere, values })
    },
  }
}

function namesIn(condition: string): Record<string, string> {
  return Object.fromEntries([...condition.matchAll(/#(\w+)/g)].map(([name, field]) => [name, field ?? '']))
}

function boundOf(values: Condition['values']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value]))
}

function idsIn(ids: { readonly [K in keyof PersonIds]?: PersonIds[K] | undefined }): PersonIds {
  const { openid, unionid, miniOpenid } = ids
  return { ...(openid && { openid }), ...(unionid && { unionid }), ...(miniOpenid && { miniOpenid }) }
}

function openidOf(item: Readonly<Record<string, unknown>>): OpenId[] {
  const openid = `${item.address}`.slice('openid#'.length)
  return isId(openid) ? [openid] : []
}
