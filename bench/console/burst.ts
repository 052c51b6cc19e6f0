/** A process of its own: sends template messages to the box at an even rate, and answers how long each took. */

import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** What it is told. */
export type Order = {
  readonly url: string
  readonly perSecond: number
  readonly seconds: number
  readonly openids: readonly string[]
  readonly templateId: string
}
/** What it answers; times in ms. */
export type Burst = {
  readonly sent: number
  readonly refused: number
  readonly tookMs: number
  readonly slowestMs: number
}

const stepMs = 20
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

process.on('message', async (order: Order) => {
  process.send?.(await burst(order))
  process.disconnect()
})

async function burst(order: Order): Promise<Burst> {
  const began = performance.now()
  const total = order.perSecond * order.seconds
  const sending: Promise<{ ms: number; isTaken: boolean }>[] = []
  while (sending.length < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - began) / 1000) * order.perSecond))
    while (sending.length < due) sending.push(sendOne(order, sending.length))
    await delay(stepMs)
  }
  const answers = await Promise.all(sending)
  return {
    sent: answers.length,
    refused: answers.filter(it => !it.isTaken).length,
    tookMs: performance.now() - began,
    slowestMs: answers.reduce((most, { ms }) => Math.max(most, ms), 0),
  }
}

/** As the sender does it, but for its token, which stands in the URL of the order. */
function sendOne({ url, openids, templateId }: Order, at: number): Promise<{ ms: number; isTaken: boolean }> {
  const data = {
    character_string1: { value: `burst-${at}` },
    amount2: { value: '¥1.00' },
    time3: { value: '2026-11-22 09:30' },
  }
  const body = JSON.stringify({
    touser: openids[at % openids.length],
    template_id: templateId,
    data,
    client_msg_id: `b${at}`,
  })
  const began = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<{ ms: number; isTaken: boolean }>()
  const sent = request(
    url,
    { method: 'POST', agent, headers: { 'content-length': Buffer.byteLength(body) } },
    answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', part => {
        text += part
      })
      answer.on('end', () => resolve({ ms: performance.now() - began, isTaken: text.includes('"errcode":0') }))
    },
  )
  sent.on('error', reject)
  sent.end(body)
  return promise
}
