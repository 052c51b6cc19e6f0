/** The Official Accounts of the run: one for each server and mode, one that is recorded, one that two stages share. */

import { createHash } from 'node:crypto'

import { defaultAccounts } from '../../local/wechat/defaults.ts'

export const modes = ['plain', 'compatible', 'secure'] as const
export type Mode = (typeof modes)[number]

/** An account whose pushes a server gets in its mode, under its own Token and EncodingAESKey. */
export type Behind = {
  /** The app's name, and the server's as a target. */
  readonly name: string
  readonly sdk: string
  readonly mode: Mode
  readonly appid: string
  readonly token: string
  readonly aesKey: string
  readonly path: string
}

/** The account of both stages, and the one whose pushes are recorded. */
export const shared = 'shared'
export const recorded = 'recorded'

/** An account for each mode of an SDK's server. */
export function accountsOf(sdk: string): readonly Behind[] {
  return modes.map(mode => {
    const name = `${sdk}-${mode}`
    const keys = { token: digest(`token ${name}`).slice(0, 32), aesKey: digest(`key ${name}`).slice(0, 43) }
    return { name, sdk, mode, appid: appidOf(name), ...keys, path: `/${mode}` }
  })
}

/** What a server is told of its accounts, by path: in plain mode a Token alone, as the console shows no more is needed. */
export function settingsOf(accounts: readonly Behind[]): string {
  const settings = accounts.map(({ path, mode, token, appid, aesKey }) => [
    path,
    { token, appid, ...(mode === 'plain' ? {} : { encodingAESKey: aesKey }) },
  ])
  return JSON.stringify(Object.fromEntries(settings))
}

type Target = { readonly name: string; readonly url: string; readonly mode: Mode }

/** The content of apps.json; `targets` are the servers by the app's name. */
export function listOf(names: readonly string[], targets: ReadonlyMap<string, Target>): object {
  const official = (name: string) => {
    const target = targets.get(name)
    return { kind: 'official', appid: appidOf(name), ...(target === undefined ? {} : { forward: [target] }) }
  }
  const officials = names.map(name => [name, { ...official(name), ...(name === shared ? { default: true } : {}) }])
  const mini = { kind: 'mini', appid: defaultAccounts.mini.appid }
  return { local: { ...Object.fromEntries(officials), shop: mini } }
}

function appidOf(name: string): string {
  return name === shared ? defaultAccounts.official.appid : `wx${digest(`appid ${name}`).slice(0, 16)}`
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
