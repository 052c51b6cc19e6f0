import { createServer } from 'node:http'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it, onTestFinished } from 'vitest'
import { appids } from '../../kit/app.ts'
import { memoryDeliveries } from '../../kit/memory-stores.ts'
import { silentLog } from '../../kit/silent.ts'
import { createDeliveryStore } from '../../lib/adapters/dynamo/deliveries.ts'
import { createReceiptTaker } from '../../lib/callback/take-receipt.ts'
import { keepReceipt, type Receipt } from '../../lib/send/receipt.ts'
import { listen } from '../listen.ts'

const { official } = appids
const at = 1_767_225_600
const receiptOf = (msgid: string): Receipt => ({ official, msgid, status: 'success', at })

function openTaking(write: (receipt: Receipt, signal: AbortSignal) => Promise<unknown>) {
  const clock = { now: at * 1000 }
  const [queued, told]: [Receipt[], string[]] = [[], []]
  const queue = { push: async (all: readonly Receipt[]) => void queued.push(...all) }
  const log = { ...silentLog, warn: (event: string) => void told.push(event) }
  return { clock, queued, told, take: createReceiptTaker({ write, queue, now: () => clock.now, log }) }
}

describe('a receipt', () => {
  it('is written down at once, where its delivery finds it, and is not queued', async () => {
    const deliveries = memoryDeliveries(() => at * 1000)
    const { take, queued, told } = openTaking(it => keepReceipt(it, { deliveries, log: silentLog }))
    await deliveries.accept([
      { id: 'order-1:paid', state: 'accepted', official, msgid: '7', attempts: 1, at: '2026-01-01T00:00:00.000Z' },
    ])
    for (const msgid of ['7', '7', '0']) await take(receiptOf(msgid))
    expect(await deliveries.find('order-1:paid')).toMatchObject({ state: 'delivered' })
    expect([queued, told]).toEqual([[], []])
  })

  it('is queued where that fails, and those of the next ten seconds without a try', async () => {
    const tried: string[] = []
    const { take, clock, queued, told } = openTaking(async ({ msgid }) => {
      tried.push(msgid)
      if (msgid === '1') throw new Error('the table is away')
    })
    for (const msgid of ['1', '2', '3']) await take(receiptOf(msgid))
    clock.now += 9_999
    await take(receiptOf('4'))
    clock.now += 1
    await take(receiptOf('5'))
    expect([tried, queued.map(it => it.msgid), told]).toEqual([['1', '5'], ['1', '2', '3', '4'], ['receipts.queued']])
  })

  it('is queued where the table hangs, while WeChat still waits', async () => {
    const deliveries = await openHangingTable()
    const { take, queued } = openTaking((it, signal) => keepReceipt(it, { deliveries, log: silentLog }, signal))
    await take(receiptOf('7'))
    expect(queued).toEqual([receiptOf('7')])
  })

  it('is refused where the queue fails too, so that WeChat sends it again', async () => {
    const away = () => Promise.reject(new Error('away'))
    const take = createReceiptTaker({ write: away, queue: { push: away }, now: () => 0, log: silentLog })
    await expect(take(receiptOf('7'))).rejects.toThrow('away')
  })
})

/** Deliveries in a DynamoDB that takes each request, and answers none. */
async function openHangingTable() {
  const endpoint = await listen(createServer(() => undefined))
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new DynamoDBClient({ region: 'us-east-1', endpoint, credentials })
  onTestFinished(() => client.destroy())
  return createDeliveryStore(DynamoDBDocumentClient.from(client), 'deliveries', {
    now: () => at * 1000,
    isIndexed: false,
  })
}
