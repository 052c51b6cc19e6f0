/** Starts containers of our functions, and of handlers that others would write. */

import { join } from 'node:path'

import { functionEnvironment } from '../../kit/function-environment.ts'
import { remote } from '../../kit/peer.ts'
import { bundle, start } from '../../kit/processes.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import type { Ran } from './container.ts'

export type Container = { invoke(events: readonly unknown[]): Promise<Ran>; stop(): Promise<void> }
type Urls = { readonly wechat: string; readonly aws: string }

const limitMs = 30_000

/** The environment of a function between this WeChat and this AWS. */
export function environmentOf({ wechat, aws }: Urls): Record<string, string> {
  return {
    ...functionEnvironment,
    WECHAT_API_URL: wechat,
    AWS_ENDPOINT_URL: aws,
    ...{ LOGINS_TABLE: 'logins', IMAGES_TABLE: 'images', IMAGE_CHECKS_QUEUE: 'off' },
    ...{ RECEIPTS: 'on', RECEIPTS_QUEUE: 'receipts' },
    ...{ PASS_ON_QUEUE: 'off', PUSHES_BUS: 'off', PUSHES_QUEUE: 'off', FORWARD_URL: 'off', FORWARD_MODE: 'plain' },
    ...{ FORWARD_NETWORK: 'public', CALLBACK_ENCRYPTION: 'optional', SESSION_SECONDS: '86400', SPREAD_SYNC: 'off' },
    ...{ RETENTION_DAYS: '30', API_URL: 'http://127.0.0.1:1', FILES_URL: 'http://127.0.0.1:1', IMAGE_CHECK: 'off' },
    ...{ IMAGE_CHECK_SCENE: '4', IMAGE_METADATA: 'strip', IMAGES_PER_DAY: '100', IMAGES_BUCKET: 'images' },
    ...{ STATIC_BUCKET: 'static', IMAGES_QUEUE: 'arrivals', UPLOAD_URL: 'http://127.0.0.1:1', CANARY_EVENT: 'off' },
    /** For handlers of others, which have it in their environment. */
    OFFICIAL_SECRET: defaultAccounts.official.appsecret,
  }
}

/** Bundles a source that exports a `handler`, as functions are deployed, and starts it. */
export async function startFunction(source: string, urls: Urls, more = {}): Promise<Container> {
  const file = await bundleOnce(source)
  const how = { args: [file, `${limitMs}`], env: { ...environmentOf(urls), ...more }, isQuiet: true }
  const { call, stop } = start(join(import.meta.dirname, 'container.ts'), how)
  return { ...remote<Pick<Container, 'invoke'>>(call, 'container', ['invoke']), stop }
}

const bundles = new Map<string, Promise<string>>()

function bundleOnce(source: string): Promise<string> {
  const made = bundles.get(source) ?? bundle(source)
  bundles.set(source, made)
  return made
}

/** The source of one of our functions. */
export function ourFunction(name: string): string {
  return join(import.meta.dirname, `../../functions/${name}.ts`)
}
