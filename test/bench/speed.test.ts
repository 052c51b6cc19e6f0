/** What the speed of the whole handler is taken from: calls timed on their sockets, and the rows made of them. */

import { Agent, request, type ServerResponse } from 'node:http'

import { describe, expect, it, onTestFinished } from 'vitest'

import { timeCalls } from '../../bench/peers/sockets.ts'
import type { Figures } from '../../bench/speed/bare.ts'
import type { Batches } from '../../bench/speed/handler.ts'
import { handlerRows, usual } from '../../bench/speed/handler-rows.ts'
import { openServer } from '../../kit/listen.ts'

describe('calls on a kept socket', () => {
  it('are timed once each, from their request to their answer, but for the one that opened it', async () => {
    const held = Promise.withResolvers<ServerResponse>()
    const server = await openServer((asked, answer) => {
      if (asked.url === '/held') held.resolve(answer)
      else answer.end('an answer')
    })
    onTestFinished(() => server.close())
    const times = timeCalls(server.port)
    const call = createCall(server.url)
    await call('/first')
    times()
    await call('/second')
    expect(times()).toHaveLength(1)

    const [beganAt, heard] = [performance.now(), Promise.withResolvers<void>()]
    const third = call('/held', heard.resolve)
    const answer = await held.promise
    expect(times()).toEqual([])
    answer.write('an ')
    await heard.promise
    answer.end('answer')
    await third
    const timed = times()
    expect(timed).toHaveLength(1)
    expect(timed[0]).toBeLessThanOrEqual(performance.now() - beganAt)
  })

  it('are not timed when they go to another port', async () => {
    const server = await openServer((_, answer) => answer.end('an answer'))
    onTestFinished(() => server.close())
    const times = timeCalls(server.port + 1)
    const call = createCall(server.url)
    for (const path of ['/first', '/second']) await call(path)
    expect(times()).toEqual([])
  })
})

/** Over one socket, which it keeps. */
function createCall(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  return (path: string, heard: () => void = () => undefined) =>
    new Promise<void>((resolve, reject) => {
      const asked = request(url + path, { agent }, answer => answer.on('data', heard).once('end', resolve))
      asked.once('error', reject).end()
    })
}

describe('the rows of the whole handler', () => {
  const figure = { share: [95], p50: [101], p99: [108], cpuUs: [100] }
  const figures: Figures = { ours: figure, 'co-wechat-api': { ...figure, p99: [112] } }
  const told = { otherSide: 9, load: 0.5 }
  const round = (callMs: number[], invocationMs: number[]): Batches => ({
    ...{ perSecond: 450, cpuUs: 200, sockets: 0, awsCalls: 11, writeUnits: 102 },
    ...{ callMs, invocationMs },
  })
  const rowsOf = (size: number, latencyMs = usual.latencyMs) => {
    const found = [round([101, 102, 103], [220, 230]), round([101, 104, 190], [225, 400])]
    return handlerRows({ ...usual, latencyMs }, { size, found }, figures, told)
  }
  const row = (end: string, size = 100) => rowsOf(size).find(({ what }) => what.endsWith(end))

  it('have the calls of WeChat beside those of bare sends, a figure of each round', () => {
    expect(row('p99 of a call')).toEqual({
      what: 'whole handler, batches of 100, N = 50, L = 100 ms: p99 of a call',
      unit: 'ms',
      ours: { median: 190, min: 103, max: 190 },
      beside: {
        bound: 100,
        'our bare client': { median: 108, min: 108, max: 108 },
        'co-wechat-api': { median: 112, min: 112, max: 112 },
      },
      ...told,
    })
    expect(row('p50 of a call')?.ours).toEqual({ median: 104, min: 102, max: 104 })
  })

  it('have whole invocations, of all rounds together, beside the time that nobody can go below', () => {
    expect(row('p50 of an invocation')).toMatchObject({ ours: 225, beside: { bound: 200 } })
    expect(row('p99 of an invocation', 500)).toMatchObject({ ours: 400, beside: { bound: 1_000 } })
  })

  it('are only the share of the bound where L is another', () => {
    expect(rowsOf(100, 20).map(({ what }) => what)).toEqual([
      'whole handler, batches of 100, N = 50, L = 20 ms: of N/L',
    ])
  })
})
