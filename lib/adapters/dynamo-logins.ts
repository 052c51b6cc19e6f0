/** The login codes of the last minutes: `{codeHash, claimedUntil, result, expiresAt}`; `expiresAt` in seconds. */

import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import type { LoginStore } from '../ports.ts'
import { change, type Dynamo } from './dynamo.ts'

/** Free for a claim: never seen, past its time (DynamoDB deletes in its own time), or a claim that came to nothing. */
const isFree =
  'attribute_not_exists(#codeHash) OR #expiresAt <= :nowSeconds OR (attribute_not_exists(#result) AND #claimedUntil <= :now)'

/** Creates the store of login codes. */
export function createLoginStore(dynamo: Dynamo, table: string): LoginStore {
  const key = (codeHash: string) => ({ TableName: table, Key: { codeHash } })

  return {
    async claim(codeHash, { now, until, expiresAt }) {
      const set = { claimedUntil: until, expiresAt: Math.ceil(expiresAt / 1000), result: undefined }
      const values = { now, nowSeconds: Math.floor(now / 1000) }
      if (await change(dynamo, table, { codeHash }, { set, condition: isFree, values })) return { kind: 'mine' }
      const { Item } = await dynamo.send(new GetCommand({ ...key(codeHash), ConsistentRead: true }))
      const found = v.safeParse(v.object({ result: v.string() }), Item)
      return found.success ? { kind: 'theirs', result: found.output.result } : { kind: 'theirs' }
    },
    async finish(codeHash, result) {
      await change(dynamo, table, { codeHash }, { set: { result }, condition: 'attribute_exists(#codeHash)' })
    },
    async release(codeHash) {
      await dynamo.send(new DeleteCommand(key(codeHash)))
    },
  }
}
