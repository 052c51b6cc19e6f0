/** The whole handler of the sender: batches of one size, and what they take. */

import { sum } from '../figures.ts'
import { cores, pin } from '../pin.ts'
import { makeEvents } from './load.ts'
import type { Lambda, StartFunction } from './processes.ts'
import type { World } from './world.ts'

export type Batches = {
  /** Messages a second. */
  readonly perSecond: number
  readonly cpuUs: number
  readonly sockets: number
  /** Of each call of WeChat, and of each invocation, in milliseconds. */
  readonly callMs: readonly number[]
  readonly invocationMs: readonly number[]
  /** Of a hundred messages. */
  readonly awsCalls: number
  readonly writeUnits: number
}

/** Starts it on its core, and has it open what it needs. */
export async function startWarm(startFunction: StartFunction, world: World) {
  const lambda = startFunction({ wechat: world.url, aws: world.awsUrl })
  await pin(lambda.pid, cores.measured)
  await lambda.invoke([[]])
  return lambda
}

/** Invokes it with so many batches, one after the other. */
export async function measureBatches(size: number, times: number, lambda: Lambda, world: World): Promise<Batches> {
  await world.aws.counts()
  const invoked = await lambda.invoke(
    Array.from({ length: times }, () => makeEvents(size, 'order-paid').map(it => it.body)),
  )
  if (invoked.failed > 0) throw new Error(`${invoked.failed} messages were not sent`)
  const { requests, writeUnits } = await world.aws.counts()
  const count = size * times
  const invocationMs = invoked.spans.map(({ began, ended }) => ended - began)
  return {
    perSecond: (count * 1000) / sum(invocationMs),
    cpuUs: (invoked.cpuSeconds * 1e6) / count,
    sockets: invoked.sockets,
    callMs: invoked.callMs,
    invocationMs,
    awsCalls: (100 * sum(Object.values(requests))) / count,
    writeUnits: (100 * writeUnits) / count,
  }
}
