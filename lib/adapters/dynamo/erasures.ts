/**
 * Who requested their erasure: rows `erased <appid>`/n with a digest of the openid and the instant; n is the digest's first 52
 * bits. Nothing here leads back to a person.
 */

import { createHash } from 'node:crypto'

import { DeleteCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'
import type { Erasures } from '../../followers/ports.ts'
import type { OfficialAppId, OpenId } from '../../identifiers.ts'
import { validate } from '../../validate.ts'
import { batchGet, change, type Dynamo, onlyIf, queryAll } from './dynamo.ts'

const markRow = v.object({ digest: v.string(), at: v.number() })

/** Creates the store of erasures, in the table of sync runs. */
export function createErasures(dynamo: Dynamo, table: string, official: OfficialAppId): Erasures {
  const walk = `erased ${official}`
  const keyOf = (digest: string) => ({ walk, part: Number.parseInt(digest.slice(0, 13), 16) })
  return {
    async mark(openid, at) {
      const digest = digestOf(openid)
      const condition = 'attribute_not_exists(#at) OR #at < :at'
      await change(dynamo, table, keyOf(digest), { set: { digest, at }, condition })
    },
    async unmark(openid, before) {
      await onlyIf(
        dynamo.send(
          new DeleteCommand({
            TableName: table,
            Key: keyOf(digestOf(openid)),
            ConditionExpression: '#at < :before',
            ExpressionAttributeNames: { '#at': 'at' },
            ExpressionAttributeValues: { ':before': before },
          }),
        ),
      )
    },
    async marksOf(openids) {
      const digests = new Map(openids.map(it => [digestOf(it), it]))
      const keys = [...digests.keys()].map(keyOf)
      const rows = (await batchGet(dynamo, table, keys)).map(it => validate(markRow, it, 'a mark of erasure'))
      return new Map(
        rows.flatMap(({ digest, at }) => {
          const openid = digests.get(digest)
          return openid === undefined ? [] : [[openid, at] as const]
        }),
      )
    },
    async all() {
      const rows = (
        await Array.fromAsync(
          queryAll(
            dynamo,
            from =>
              new QueryCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey: from, ...isErased(walk) }),
          ),
        )
      ).flat()
      const digests = new Set(rows.map(it => validate(markRow, it, 'a mark of erasure').digest))
      return openid => digests.size > 0 && digests.has(digestOf(openid))
    },
  }
}

function isErased(walk: string) {
  return { KeyConditionExpression: 'walk = :walk', ExpressionAttributeValues: { ':walk': walk } }
}

function digestOf(openid: OpenId): string {
  return createHash('sha256').update(openid).digest('hex')
}
