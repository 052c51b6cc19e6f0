/**
 * The uploads: `{id, owner, mini, miniOpenid, contentType, state, …}`, a row that maps a mini program's trace_id to its picture,
 * and each owner's daily count. `expiresAt` is in seconds, on rows that expire.
 */

import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as v from 'valibot'

import { isAppId, isId, type MiniAppId, type MiniOpenId } from '../../identifiers.ts'
import { isImageType } from '../../images/image-limits.ts'
import type { Image, ImageStore, ImageType } from '../../images/ports.ts'
import { validate } from '../../validate.ts'
import { change, type Dynamo, onlyIf, queryAll } from './dynamo.ts'

const daySeconds = 86_400
/** How long the reason for refusing a picture is kept. */
const refusedDays = 30
/** China's day ends earlier than most of the world's; the count is not needed after this. */
const countDays = 2
const traceDays = 2
const pageSize = 1000

const image = v.object({
  id: v.string(),
  owner: v.string(),
  mini: v.custom<MiniAppId>(isAppId),
  miniOpenid: v.custom<MiniOpenId>(isId),
  contentType: v.custom<ImageType>(isImageType),
  state: v.picklist(['expected', 'checking', 'served', 'refused']),
  reason: v.exactOptional(
    v.picklist(['not-an-image', 'type-differs', 'too-large', 'too-many-pixels', 'risky', 'review', 'check-failed']),
  ),
  size: v.number(),
  width: v.exactOptional(v.number()),
  height: v.exactOptional(v.number()),
  traceId: v.exactOptional(v.string()),
  asks: v.number(),
  createdAt: v.number(),
  at: v.number(),
}) satisfies v.GenericSchema<unknown, Image>

/** Creates the store of uploads. */
export function createImageStore(dynamo: Dynamo, table: string): ImageStore {
  const read = async (id: string) =>
    (await dynamo.send(new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }))).Item
  const find = async (id: string) => {
    const item = await read(id)
    return item === undefined ? undefined : validate(image, item, 'a row of images')
  }

  return {
    async expect(it) {
      await dynamo.send(new PutCommand({ TableName: table, Item: { ...it, expiresAt: endOf(it) } }))
    },
    find,
    async move(it, from) {
      // Written first, so that an early verdict finds its picture.
      if (it.traceId !== undefined) {
        const trace = {
          id: traceKey(it.mini, it.traceId),
          image: it.id,
          expiresAt: Math.ceil(it.at / 1000) + traceDays * daySeconds,
        }
        await dynamo.send(new PutCommand({ TableName: table, Item: trace }))
      }
      const { id, ...fields } = it
      const { reason, width, height, traceId } = it
      const set = { ...fields, reason, width, height, traceId, expiresAt: endOf(it) }
      return change(dynamo, table, { id }, { set, condition: '#state = :from', values: { from } })
    },
    ofOwner: owner => idsOf(dynamo, table, owner),
    async remove(id) {
      await dynamo.send(new DeleteCommand({ TableName: table, Key: { id } }))
    },
    async traced(mini, traceId) {
      const trace = v.safeParse(v.object({ image: v.string() }), await read(traceKey(mini, traceId)))
      const found = trace.success ? await find(trace.output.image) : undefined
      return found?.mini === mini && found.traceId === traceId ? found : undefined
    },
    countUpload(owner, day, most) {
      const count = new UpdateCommand({
        TableName: table,
        Key: { id: `count#${owner}#${day}` },
        UpdateExpression: 'ADD uploads :one SET expiresAt = :expiresAt',
        ConditionExpression: 'attribute_not_exists(uploads) OR uploads < :most',
        ExpressionAttributeValues: {
          ':one': 1,
          ':most': most,
          ':expiresAt': Date.parse(day) / 1000 + countDays * daySeconds,
        },
      })
      return onlyIf(dynamo.send(count))
    },
  }
}

const isOwned = {
  IndexName: 'by-owner',
  KeyConditionExpression: '#owner = :owner',
  ExpressionAttributeNames: { '#owner': 'owner' },
  Limit: pageSize,
}

async function* idsOf(dynamo: Dynamo, table: string, owner: string): AsyncIterable<string[]> {
  const found = { TableName: table, ...isOwned, ExpressionAttributeValues: { ':owner': owner } }
  for await (const rows of queryAll(dynamo, from => new QueryCommand({ ...found, ExclusiveStartKey: from }))) {
    // An empty page would use up the time for one.
    if (rows.length > 0) yield rows.map(it => validate(v.object({ id: v.string() }), it, 'a key of images').id)
  }
}

function traceKey(mini: MiniAppId, traceId: string): string {
  return `trace#${mini}#${traceId}`
}

function endOf({ state, at }: Image): number | undefined {
  const days = { expected: 1, refused: refusedDays, checking: undefined, served: undefined }[state]
  return days === undefined ? undefined : Math.ceil(at / 1000) + days * daySeconds
}
