/** Opens the two stages of one account: in front the one that WeChat pushes to, and behind it the second one and the servers. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Closing } from '../../local/closing.ts'
import { defaultAccounts } from '../../local/wechat/defaults.ts'
import { root } from '../deployed/process.ts'
import { type Behind, listOf, recorded, shared } from './accounts.ts'
import { type Opened, openLocal, type Ports, setKeys } from './world.ts'

const host = '127.0.0.1'
/** The second stage's own Token and EncodingAESKey, under which the first one hands it what WeChat pushes. */
const secondKeys = {
  name: 'second-stage',
  token: 'TokenOfTheSecondStage',
  aesKey: 'SecondStageSecondStageSecondStageSecondStaM',
}

type Opening = {
  readonly urlOf: (account: Behind) => string
  readonly closing: Closing
  readonly ports: { readonly recorder: number; readonly first: Ports; readonly second: Ports }
}

/** The stage that WeChat pushes to; it has the servers behind it, the recorder, and the second stage. */
export async function openFirst(accounts: readonly Behind[], { urlOf, ports, closing }: Opening): Promise<Opened> {
  const targets = new Map([
    ...accounts.map(it => [it.name, { name: it.name, url: urlOf(it), mode: it.mode }] as const),
    [recorded, { name: 'recorder', url: `http://${host}:${ports.recorder}/`, mode: 'plain' }] as const,
    [shared, { name: secondKeys.name, url: `http://${host}:${ports.second.api}/callback`, mode: 'secure' }] as const,
  ])
  const apps = listOf([shared, recorded, ...accounts.map(it => it.name)], targets)
  const templates: object = JSON.parse(await readFile(join(root, 'templates.json'), 'utf8'))
  const first = await openLocal({ env: {}, ports: ports.first, lists: { apps, templates } }, closing)
  for (const account of [...accounts, secondKeys]) await setKeys(first, account)
  return first
}

/** Opens the stage behind it: its own ports, tables, queues and keys, and WeChat in the box of the first one. */
export function openSecond(
  { addresses }: Opened,
  { ports, closing }: { readonly ports: Ports; readonly closing: Closing },
): Promise<Opened> {
  const { official, mini } = defaultAccounts
  const env = {
    WECHAT_API_URL: addresses.wechat,
    WECHAT_OFFICIAL_APPID: official.appid,
    WECHAT_OFFICIAL_SECRET: official.appsecret,
    WECHAT_MINI_APPID: mini.appid,
    WECHAT_MINI_SECRET: mini.appsecret,
    WECHAT_CALLBACK_TOKEN: secondKeys.token,
    WECHAT_CALLBACK_AES_KEY: secondKeys.aesKey,
  }
  return openLocal({ env, ports }, closing)
}
