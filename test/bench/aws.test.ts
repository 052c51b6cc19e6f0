/** DynamoDB of the bench: its wire format, and the units that it counts. */

import { describe, expect, it } from 'vitest'

import { openDynamo } from '../../bench/aws/dynamo.ts'
import { fromWire, toWire, weigh } from '../../bench/aws/wire.ts'

const keyed = (id: string) => ({ TableName: 'deliveries', Key: { id: { S: id } } })
const put = (item: object) => ({ TableName: 'deliveries', Item: item })

describe('an item on the wire', () => {
  it('comes back as it left', () => {
    const item = {
      s: 'text',
      n: 7,
      b: true,
      m: { inner: ['a', 1] },
      set: new Set(['x', 'y']),
      bytes: Buffer.from('abc'),
    }
    expect(fromWire(toWire(item))).toEqual(item)
    expect(toWire({ gone: undefined })).toEqual({})
  })

  it('weighs its names and its values', () => {
    expect(weigh({ id: 'four', deep: { n: 1 } })).toBe(2 + 4 + 4 + 1 + 8)
    expect(weigh({ t: '¥' })).toBe(1 + 2)
  })
})

describe('units', () => {
  it('are one for each KB that is written, and as many again for each index that the row is in or leaves', async () => {
    const dynamo = openDynamo()
    await dynamo.answer('PutItem', put({ id: { S: 'one' }, text: { S: 'x'.repeat(1_500) } }))
    expect(dynamo.units()).toMatchObject({ writeUnits: 2, rowsWritten: 1 })
    await dynamo.answer('PutItem', put({ id: { S: 'two' }, listed: { S: 'dropped#0' }, listedAt: { S: 'at' } }))
    await dynamo.answer('PutItem', put({ id: { S: 'two' } }))
    expect(dynamo.units()).toMatchObject({ writeUnits: 4, rowsWritten: 2 })
  })

  it('are half of one for a read that need not be consistent, also where nothing is', async () => {
    const dynamo = openDynamo()
    dynamo.fill('deliveries', [{ id: 'one' }])
    expect(await dynamo.answer('GetItem', keyed('one'))).toEqual({ Item: { id: { S: 'one' } } })
    await dynamo.answer('GetItem', { ...keyed('none'), ConsistentRead: true })
    expect(dynamo.units()).toMatchObject({ readUnits: 1.5, rowsRead: 1 })
    const Keys = ['one', 'two', 'three'].map(id => ({ id: { S: id } }))
    await dynamo.answer('BatchGetItem', { RequestItems: { deliveries: { Keys, ConsistentRead: true } } })
    expect(dynamo.units()).toMatchObject({ readUnits: 3, rowsRead: 1 })
  })

  it('throw as DynamoDB does where a condition does not hold', async () => {
    const dynamo = openDynamo()
    const refused = dynamo.answer('PutItem', {
      ...put({ id: { S: 'one' } }),
      ConditionExpression: 'attribute_exists(#id)',
      ExpressionAttributeNames: { '#id': 'id' },
    })
    await expect(refused).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' })
  })
})
