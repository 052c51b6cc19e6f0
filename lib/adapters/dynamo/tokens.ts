/** Access tokens, one row per app: `{appid, accessToken, issuedAt, expiresAt, generation, leaseOwner, leaseUntil}`. */

import { GetCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import type { TokenStore } from '../../tokens/ports.ts'
import { type Change, change, type Dynamo } from './dynamo.ts'

const row = v.object({ accessToken: v.string(), issuedAt: v.number(), expiresAt: v.number(), generation: v.number() })
const noLease = { leaseOwner: undefined, leaseUntil: undefined }

/** Creates the store of access tokens. */
export function createTokenStore(dynamo: Dynamo, table: string): TokenStore {
  const update = (appid: string, how: Change) => change(dynamo, table, { appid }, how)

  return {
    async read(appid) {
      const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: { appid }, ConsistentRead: true }))
      const found = v.safeParse(row, Item)
      // A row may hold a lease only, and no token yet.
      return found.success ? found.output : undefined
    },
    takeLease(appid, { owner, now, until }) {
      // The owner's own lease too: the SDK repeats a request whose answer was lost, and the first may have succeeded.
      const condition = 'attribute_not_exists(#leaseUntil) OR #leaseUntil <= :now OR #leaseOwner = :leaseOwner'
      return update(appid, { set: { leaseOwner: owner, leaseUntil: until }, condition, values: { now } })
    },
    write(appid, token, owner) {
      // A process that was frozen past its lease must not overwrite its successor's token.
      const condition = '#leaseOwner = :owner AND (attribute_not_exists(#generation) OR #generation < :generation)'
      return update(appid, { set: { ...token, ...noLease }, condition, values: { owner } })
    },
    async freeLease(appid, owner) {
      await update(appid, { set: noLease, condition: '#leaseOwner = :owner', values: { owner } })
    },
  }
}
