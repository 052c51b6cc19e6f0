/** The processes beside the bench; they end with it. */

import { join } from 'node:path'

import { timeoutMs } from '../../kit/deployment.ts'
import { functionEnvironment } from '../../kit/function-environment.ts'
import { remote } from '../../kit/peer.ts'
import { bundle, start } from '../../kit/processes.ts'
import type { Usage } from '../../kit/usage.ts'
import type { Profile } from '../flame/fold.ts'
import type { AwsCounts } from './aws.ts'
import type { Invoked } from './function.ts'
import type { Trouble } from './stand-in.ts'

export type Aws = {
  url(): Promise<string>
  fill(table: string, items: readonly object[]): Promise<void>
  counts(): Promise<AwsCounts>
  usage(): Promise<Usage>
  readonly pid: number | undefined
}
export type StandIn = {
  url(): Promise<string>
  setLatency(ms: number): Promise<void>
  setTrouble(trouble: Trouble | undefined): Promise<void>
  watch(goesOn: boolean): Promise<ReadonlyMap<number, number>>
  usage(): Promise<Usage>
  readonly pid: number | undefined
}
export type Lambda = {
  invoke(batches: readonly (readonly string[])[]): Promise<Invoked>
  startProfile(): Promise<void>
  stopProfile(): Promise<Profile>
  stop(): Promise<void>
  readonly pid: number | undefined
}
export type StartFunction = (urls: Urls) => Lambda
type Urls = { readonly wechat: string; readonly aws: string }

const beside = (file: string) => join(import.meta.dirname, file)

export function startAws(): Aws {
  const { call, child } = start(beside('aws.ts'))
  return { ...remote<Omit<Aws, 'pid'>>(call, 'aws', ['url', 'fill', 'counts', 'usage']), pid: child.pid }
}

/** Starts a WeChat that does nothing but answer. */
export function startStandIn(): StandIn {
  const { call, child } = start(beside('stand-in.ts'))
  const methods = ['url', 'setLatency', 'setTrouble', 'watch', 'usage'] as const
  return { ...remote<Omit<StandIn, 'pid'>>(call, 'wechat', methods), pid: child.pid }
}

/** Bundles the function as it is deployed; answers how to start it against a WeChat and an AWS. */
export async function bundleFunction(): Promise<StartFunction> {
  const file = await bundle(beside('function.ts'))
  return urls => startFunction(file, urls)
}

/** Starts the function from its sources, whose names a profile has. */
export const startFromSources: StartFunction = urls => startFunction(beside('function.ts'), urls)

function startFunction(file: string, { wechat, aws }: Urls): Lambda {
  const env = { ...functionEnvironment, WECHAT_API_URL: wechat, AWS_ENDPOINT_URL: aws }
  const args = [new URL(wechat).port, `${timeoutMs('send')}`]
  const { call, child, stop } = start(file, { args, env, isQuiet: true })
  const methods = ['invoke', 'startProfile', 'stopProfile'] as const
  return { ...remote<Omit<Lambda, 'stop' | 'pid'>>(call, 'function', methods), stop, pid: child.pid }
}
