/** Opens the two stages of one account: in front the one that WeChat pushes to, and behind it the second one and the servers. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Closing } from '../../local/closing.ts'
import { pickFreePorts } from '../../local/ports.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { root } from '../deployed/process.ts'
import { type Behind, listOf, recorded, shared } from './accounts.ts'
import type { Recorder } from './recorder.ts'
import { type Opened, openLocal, type Ports, setKeys } from './world.ts'

const host = '127.0.0.1'
/** What the shell may have set for a run of its own. */
const notInherited = { WECHAT_API_URL: undefined, FORWARD_URL: undefined }
/** The second stage's own Token and EncodingAESKey, under which the first one hands it what WeChat pushes. */
const secondKeys = {
  name: 'second-stage',
  token: 'TokenOfTheSecondStage',
  aesKey: 'SecondStageSecondStageSecondStageSecondStaM',
}

type Opening = {
  /** Where the server of each SDK is. */
  readonly urls: ReadonlyMap<string, string>
  /** Behind each stage one. */
  readonly recorders: { readonly first: Recorder; readonly second: Recorder }
  readonly closing: Closing
}

/** Opens both; the second one hands on by FORWARD_URL what it gets. */
export async function openStages(accounts: readonly Behind[], opening: Opening): Promise<readonly [Opened, Opened]> {
  const ports = await pickFreePorts(host)
  const first = await openFirst(accounts, opening, `http://${host}:${ports.api}/callback`)
  return [first, await openSecond(first, ports, opening)]
}

/** The stage that WeChat pushes to; it has the servers behind it, a recorder, and the second stage. */
async function openFirst(
  accounts: readonly Behind[],
  { urls, recorders, closing }: Opening,
  second: string,
): Promise<Opened> {
  const targets = new Map([
    ...accounts.map(({ name, sdk, path, mode }) => [name, { name, url: `${urls.get(sdk)}${path}`, mode }] as const),
    [recorded, { name: 'recorder', url: recorders.first.url, mode: 'plain' }] as const,
    [shared, { name: secondKeys.name, url: second, mode: 'secure' }] as const,
  ])
  const apps = listOf([shared, recorded, ...accounts.map(it => it.name)], targets)
  const templates: object = JSON.parse(await readFile(join(root, 'templates.json'), 'utf8'))
  const first = await openLocal(
    { env: notInherited, ports: await pickFreePorts(host), lists: { apps, templates } },
    closing,
  )
  for (const account of [...accounts, secondKeys]) await setKeys(first, account)
  return first
}

/** The stage behind it: with ports, tables, queues and keys of its own, and WeChat in the box of the first one. */
function openSecond({ addresses }: Opened, ports: Ports, { recorders, closing }: Opening): Promise<Opened> {
  const { official, mini } = defaultAccounts
  const env = {
    WECHAT_API_URL: addresses.wechat,
    WECHAT_OFFICIAL_APPID: official.appid,
    WECHAT_OFFICIAL_SECRET: official.appsecret,
    WECHAT_MINI_APPID: mini.appid,
    WECHAT_MINI_SECRET: mini.appsecret,
    WECHAT_CALLBACK_TOKEN: secondKeys.token,
    WECHAT_CALLBACK_AES_KEY: secondKeys.aesKey,
    FORWARD_URL: recorders.second.url,
    FORWARD_MODE: 'plain',
  }
  return openLocal({ env, ports }, closing)
}
