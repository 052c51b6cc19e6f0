/** The processes beside the bench; they end with it. */

import { join } from 'node:path'

import { timeoutMs } from '../../kit/deployment.ts'
import { functionEnvironment } from '../../kit/function-environment.ts'
import { remote } from '../../kit/peer.ts'
import { bundle, start } from '../../kit/processes.ts'
import type { AwsCounts } from './aws.ts'
import type { Invoked } from './function.ts'
import type { Message, Sent } from './plain.ts'

export type Aws = {
  url(): Promise<string>
  fill(table: string, items: readonly object[]): Promise<void>
  counts(): Promise<AwsCounts>
}
export type Lambda = { invoke(batches: readonly (readonly string[])[]): Promise<Invoked>; stop(): Promise<void> }
export type Plain = { send(messages: readonly Message[], width: number): Promise<Sent> }

const beside = (file: string) => join(import.meta.dirname, file)

export function startAws(): Aws {
  return remote<Aws>(start(beside('aws.ts')).call, 'aws', ['url', 'fill', 'counts'])
}

/** Starts the reference against this WeChat. */
export function startPlain(wechatUrl: string): Plain {
  return remote<Plain>(start(beside('plain.ts'), { args: [wechatUrl] }).call, 'plain', ['send'])
}

/** Bundles the function as it is deployed; answers how to start it against a WeChat and an AWS. */
export async function bundleFunction(): Promise<(urls: { wechat: string; aws: string }) => Lambda> {
  const file = await bundle(beside('function.ts'))
  return ({ wechat, aws }) => {
    const env = { ...functionEnvironment, WECHAT_API_URL: wechat, AWS_ENDPOINT_URL: aws }
    const { call, stop } = start(file, { args: [new URL(wechat).port, `${timeoutMs('send')}`], env, isQuiet: true })
    return { ...remote<Pick<Lambda, 'invoke'>>(call, 'function', ['invoke']), stop }
  }
}
