/**
 * Walks through the follower list. Row `state`/0 holds the walk under way and the last complete one; rows `<walk>`/n
 * hold the openids seen, one per line: 5,000 of them take 145 KB, and DynamoDB takes 400 KB a row.
 */

import { DeleteCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import { isId, type OpenId } from '../identifiers.ts'
import { inRuns } from '../pool.ts'
import type { Walk, WalkStore } from '../ports.ts'
import type { Dynamo } from './dynamo.ts'

const openidsPerRow = 5_000
const stateKey = { walk: 'state', part: 0 }

const walkRow = v.object({
  id: v.string(),
  startedAt: v.number(),
  pages: v.number(),
  followers: v.number(),
  total: v.number(),
  next: v.exactOptional(v.custom<OpenId>(isId)),
})
const state = v.object({ current: v.optional(walkRow), complete: v.optional(walkRow) })
const page = v.object({ openids: v.string(), part: v.number() })

/** Creates the store of walks. */
export function createWalkStore(dynamo: Dynamo, table: string): WalkStore {
  const readState = async () => {
    const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: stateKey, ConsistentRead: true }))
    const { current, complete } = v.parse(state, Item ?? {})
    return { ...(current && { current }), ...(complete && { complete }) }
  }
  const put = (item: object) => dynamo.send(new PutCommand({ TableName: table, Item: { ...item } }))
  const rows = async function* (walk: Walk) {
    let from: Record<string, unknown> | undefined
    do {
      const answer = await dynamo.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'walk = :walk',
          ExpressionAttributeValues: { ':walk': walk.id },
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      )
      for (const item of answer.Items ?? []) yield v.parse(page, item)
      from = answer.LastEvaluatedKey
    } while (from !== undefined)
  }

  return {
    state: readState,
    async savePage(walk, openids) {
      for (const [run, some] of inRuns(openids, openidsPerRow).entries()) {
        // A page has at most two rows, and a page that is walked again after a crash takes the same ones.
        await put({ walk: walk.id, part: walk.pages * 10 + run, openids: some.join('\n') })
      }
      const { complete } = await readState()
      await put({ ...stateKey, current: walk, ...(complete && { complete }) })
    },
    async *openids(walk) {
      for await (const row of rows(walk)) yield row.openids.split('\n').filter(isId)
    },
    async complete(walk) {
      const { complete } = await readState()
      await put({ ...stateKey, complete: walk })
      if (complete === undefined || complete.id === walk.id) return
      for await (const { part } of rows(complete)) {
        await dynamo.send(new DeleteCommand({ TableName: table, Key: { walk: complete.id, part } }))
      }
    },
  }
}
