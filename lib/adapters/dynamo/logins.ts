/** Recent login codes: `{codeHash, owner, claimedUntil, result, expiresAt}`; `expiresAt` in seconds. */

import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import type { LoginStore } from '../../login/ports.ts'
import { change, type Dynamo, onlyIf } from './dynamo.ts'

const isUnfinished = 'attribute_not_exists(#result)'
/**
 * Free to claim: never seen, expired (DynamoDB deletes with a delay), or an abandoned claim. Also the owner's own
 * claim: the SDK repeats a request whose answer was lost, and the first may have succeeded.
 */
const isFree = `attribute_not_exists(#codeHash) OR #expiresAt <= :nowSeconds OR (${isUnfinished} AND (#claimedUntil <= :now OR #owner = :owner))`
const isOwn = '#owner = :owner'
const isOwnAndUnfinished = `${isOwn} AND ${isUnfinished}`

/** Creates the store of login codes. */
export function createLoginStore(dynamo: Dynamo, table: string): LoginStore {
  const key = (codeHash: string) => ({ TableName: table, Key: { codeHash } })

  return {
    async claim(codeHash, { owner, now, until, expiresAt }) {
      const set = { owner, claimedUntil: until, expiresAt: Math.ceil(expiresAt / 1000), result: undefined }
      const values = { now, nowSeconds: Math.floor(now / 1000) }
      if (await change(dynamo, table, { codeHash }, { set, condition: isFree, values })) return { kind: 'mine' }
      const { Item } = await dynamo.send(new GetCommand({ ...key(codeHash), ConsistentRead: true }))
      const found = v.safeParse(v.object({ result: v.string() }), Item)
      return found.success ? { kind: 'theirs', result: found.output.result } : { kind: 'theirs' }
    },
    async finish(codeHash, owner, result) {
      await change(dynamo, table, { codeHash }, { set: { result }, condition: isOwn, values: { owner } })
    },
    async release(codeHash, owner) {
      const names = { '#owner': 'owner', '#result': 'result' }
      const condition = { ConditionExpression: isOwnAndUnfinished, ExpressionAttributeNames: names }
      const values = { ExpressionAttributeValues: { ':owner': owner } }
      await onlyIf(dynamo.send(new DeleteCommand({ ...key(codeHash), ...condition, ...values })))
    },
  }
}
