/** What was worked into the links since the last sync run: rows `journal <appid>`/n, n being the instant (ms) times 1,000, and chance. */

import { DeleteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'
import type { Journal, JournalEntry } from '../../followers/ports.ts'
import type { OfficialAppId, OpenId } from '../../identifiers.ts'
import { inParallel } from '../../pool.ts'
import { validate } from '../../validate.ts'
import { type Dynamo, onlyIf, queryAll, type StartKey } from './dynamo.ts'
import { packedOpenids, packOpenids, splitByRows, unpackOpenids } from './packed-openids.ts'

const entryRow = v.object({ part: v.number(), follow: packedOpenids, unfollow: packedOpenids })
const perMs = 1000
const dropsAtOnce = 10

/** Creates the journal of an account's followers, in the table of sync runs. */
export function createJournal(dynamo: Dynamo, table: string, official: OfficialAppId, random: () => number): Journal {
  const walk = `journal ${official}`
  const put = (part: number, { follow, unfollow }: JournalEntry, how: object) => {
    const Item = { walk, part, follow: packOpenids(follow), unfollow: packOpenids(unfollow) }
    return onlyIf(dynamo.send(new PutCommand({ TableName: table, Item, ...how })))
  }
  const remove = (part: number) => dynamo.send(new DeleteCommand({ TableName: table, Key: { walk, part } }))
  const noteRow = async (entry: JournalEntry, now: number) => {
    const isNew = { ConditionExpression: 'attribute_not_exists(part)' }
    // Rows of the same millisecond differ by the random part; on a collision the later one takes the next number.
    const drawn = Math.floor(random() * perMs)
    for (let tries = 0; tries < perMs; tries++) {
      if (await put(now * perMs + ((drawn + tries) % perMs), entry, isNew)) return
    }
    throw new Error(`the journal has no place left in millisecond ${now}`)
  }
  async function* rows() {
    const query = (from: StartKey) =>
      new QueryCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey: from, ...isOf(walk) })
    for await (const items of queryAll(dynamo, query)) {
      for (const item of items) {
        const { part, follow, unfollow } = validate(entryRow, item, 'an entry of the journal')
        yield { part, follow: unpackOpenids(follow), unfollow: unpackOpenids(unfollow) }
      }
    }
  }

  return {
    async note(entry, now) {
      for (const some of inRows(entry)) await noteRow(some, now)
    },
    async *entries() {
      for await (const { part, ...entry } of rows()) {
        yield { ...entry, key: `${part}`, notedAt: Math.floor(part / perMs) }
      }
    },
    async drop(keys) {
      await inParallel(keys, dropsAtOnce, async key => void (await remove(Number(key))))
    },
    async forget(gone) {
      const without = (openids: readonly OpenId[]) => openids.filter(it => !gone.has(it))
      for await (const { part, follow, unfollow } of rows()) {
        if (![...follow, ...unfollow].some(it => gone.has(it))) continue
        const left = { follow: without(follow), unfollow: without(unfollow) }
        if (left.follow.length + left.unfollow.length === 0) await remove(part)
        // Not written again if the end of a sync run deleted it meanwhile.
        else await put(part, left, { ConditionExpression: 'attribute_exists(part)' })
      }
    },
  }
}

/** One invocation may process 10,000 people; that many fit one row, unless openids are unusually long. */
function inRows(entry: JournalEntry): JournalEntry[] {
  const { follow, unfollow } = entry
  if (splitByRows([...follow, ...unfollow]).length === 1) return [entry]
  return [
    ...splitByRows(follow).map(it => ({ follow: it, unfollow: [] })),
    ...splitByRows(unfollow).map(it => ({ follow: [], unfollow: it })),
  ]
}

function isOf(walk: string) {
  return { KeyConditionExpression: 'walk = :walk', ExpressionAttributeValues: { ':walk': walk } }
}
