/** The processes beside the bench; they end with it. */

import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { build } from 'esbuild'

import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { openPeer, remote } from '../followers/peer.ts'
import { readService } from '../service.ts'
import type { AwsCounts } from './aws.ts'
import type { Invoked } from './function.ts'
import type { Message, Sent } from './plain.ts'

export type Aws = {
  url(): Promise<string>
  fill(table: string, items: readonly object[]): Promise<void>
  counts(): Promise<AwsCounts>
}
export type Lambda = { invoke(batches: readonly (readonly string[])[]): Promise<Invoked>; stop(): void }
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
  const folder = mkdtempSync(join(tmpdir(), 'queqiao-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const { build: settings } = await readService()
  await build({ ...settings, entryPoints: [beside('function.ts')], outdir: folder, logLevel: 'error' })
  const file = join(folder, `function${settings.outExtension?.['.js'] ?? '.js'}`)
  return ({ wechat, aws }) => {
    const env = { ...environment, WECHAT_API_URL: wechat, AWS_ENDPOINT_URL: aws }
    const { call, stop } = start(file, { args: [new URL(wechat).port], env, isQuiet: true })
    return { ...remote<Pick<Lambda, 'invoke'>>(call, 'function', ['invoke']), stop }
  }
}

/** What a function logs is of no interest here. */
type How = {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly isQuiet?: boolean
}

function start(file: string, { args = [], env = {}, isQuiet = false }: How = {}) {
  const stdio = ['ignore', 'ignore', isQuiet ? 'ignore' : 'inherit', 'ipc'] as const
  const child = fork(file, [...args], { serialization: 'advanced', stdio: [...stdio], env })
  child.once('exit', (code, signal) => {
    process.stderr.write(`\n${file} ended: ${signal ?? code}\n`)
    process.exit(1)
  })
  return {
    call: openPeer(child, {}),
    stop() {
      child.removeAllListeners('exit')
      child.disconnect()
    },
  }
}

const environment = {
  STAGE: 'local',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  POWERTOOLS_SERVICE_NAME: 'queqiao',
  ACCESS_TOKEN_MODE: 'stable',
  RESULTS_BUS: 'off',
  TEST_ACCOUNT: 'off',
  SECRETS_PREFIX: '/bench',
  WECHAT_OFFICIAL_APPID: defaultAccounts.official.appid,
  WECHAT_MINI_APPID: defaultAccounts.mini.appid,
  TOKENS_TABLE: 'tokens',
  LINKS_TABLE: 'links',
  DELIVERIES_TABLE: 'deliveries',
  ATTEMPTS_TABLE: 'attempts',
  WALKS_TABLE: 'walks',
  EVENTS_QUEUE: 'events',
  FOLLOWERS_QUEUE: 'followers',
}
