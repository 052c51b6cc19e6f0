/**
 * Follow codes, in the table of login codes: `{codeHash, sealed, until, usedBy?, expiresAt}`, and each user's daily count
 * `{codeHash, codes, expiresAt}`. Whose a code is, is sealed with its scene, so nothing here leads to a person.
 */

import { createHash } from 'node:crypto'

import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import type { FollowCodes } from '../../followers/ports.ts'
import type { Scene } from '../../followers/scene.ts'
import { isAppId, isId, type MiniAppId, type MiniOpenId, type OfficialAppId } from '../../identifiers.ts'
import { openText, sealText } from '../../sealed.ts'
import { validate } from '../../validate.ts'
import { change, type Dynamo, onlyIf } from './dynamo.ts'

const daySeconds = 86_400
/** As long as the followers queue, and then its dead-letter queue, may hold a scan. */
const keptSeconds = 14 * daySeconds
/** China's day ends earlier than most of the world's; the count is not needed after this. */
const countSeconds = 2 * daySeconds
/** WeChat itself lets nobody scan a code that has expired; its clocks may differ by so much. */
const slackSeconds = 60

const codeRow = v.object({ sealed: v.string(), until: v.number(), usedBy: v.exactOptional(v.string()) })
const user = v.object({ mini: v.custom<MiniAppId>(isAppId), miniOpenid: v.custom<MiniOpenId>(isId) })

/** Creates the store of follow codes. */
export function createFollowCodes(dynamo: Dynamo, table: string): FollowCodes {
  return {
    async keep({ scene, official, user, until }) {
      const set = { sealed: sealText(JSON.stringify(user), secretOf(official, scene)), until }
      const codeHash = hashOf(official, scene)
      const expiresAt = until + keptSeconds
      await change(
        dynamo,
        table,
        { codeHash },
        { set: { ...set, expiresAt }, condition: 'attribute_not_exists(#sealed)' },
      )
    },
    async claim(scene, { official, openid, at }) {
      const codeHash = hashOf(official, scene)
      const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: { codeHash }, ConsistentRead: true }))
      if (Item === undefined) return { kind: 'unknown' }
      const { sealed, until, usedBy } = validate(codeRow, Item, 'a follow code')
      if (at > until + slackSeconds) return { kind: 'expired' }
      // Of who scanned it no more than this is kept, which their openid alone does not lead to.
      const own = digestOf(`scan of ${scene} by ${openid}`)
      const isFree = { condition: 'attribute_not_exists(#usedBy) OR #usedBy = :own', values: { own } }
      const isOwn = usedBy === own || (await change(dynamo, table, { codeHash }, { set: { usedBy: own }, ...isFree }))
      if (!isOwn) return { kind: 'used' }
      const opened: unknown = JSON.parse(openText(sealed, secretOf(official, scene)))
      return { kind: 'mine', user: validate(user, opened, 'whose a follow code is') }
    },
    count({ mini, miniOpenid }, day, most) {
      const count = new UpdateCommand({
        TableName: table,
        Key: { codeHash: digestOf(`follow codes of ${mini} ${miniOpenid} on ${day}`) },
        UpdateExpression: 'ADD codes :one SET expiresAt = :expiresAt',
        ConditionExpression: 'attribute_not_exists(codes) OR codes < :most',
        ExpressionAttributeValues: { ':one': 1, ':most': most, ':expiresAt': Date.parse(day) / 1000 + countSeconds },
      })
      return onlyIf(dynamo.send(count))
    },
  }
}

/** A code is one of its account's. */
function hashOf(official: OfficialAppId, scene: Scene): string {
  return digestOf(`follow code ${official} ${scene}`)
}

/** Differs from what the key of the row is made of. */
function secretOf(official: OfficialAppId, scene: Scene): string {
  return `follow code's user ${official} ${scene}`
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
