/** The apps of a stage: its Official Accounts and its mini programs. */

import { ConfigError } from './errors.ts'
import type { ForwardTarget } from './forward-target.ts'
import type { MiniAppId, OfficialAppId } from './identifiers.ts'

/** The name by which people, routes, secrets and metrics know an app. */
export type AppName = string

/** `forward` are the servers that take its pushes. */
export type OfficialAccount = {
  readonly kind: 'official'
  readonly name: AppName
  readonly appid: OfficialAppId
  readonly forward?: readonly ForwardTarget[]
}
/** `follows` is the Official Account that its users are to follow. */
export type MiniProgram = {
  readonly kind: 'mini'
  readonly name: AppName
  readonly appid: MiniAppId
  readonly follows: OfficialAccount
  readonly forward?: readonly ForwardTarget[]
}
export type App = OfficialAccount | MiniProgram

/** All apps in the order of the list, the default one of each kind first. */
export type Apps = {
  readonly officials: readonly [OfficialAccount, ...OfficialAccount[]]
  readonly minis: readonly [MiniProgram, ...MiniProgram[]]
}

/** Finds an Official Account by its name, the default one without. */
export function findOfficial({ officials }: Apps, name?: AppName): OfficialAccount | undefined {
  return name === undefined ? officials[0] : officials.find(it => it.name === name)
}

/** Finds a mini program by its name, the default one without. */
export function findMini({ minis }: Apps, name?: AppName): MiniProgram | undefined {
  return name === undefined ? minis[0] : minis.find(it => it.name === name)
}

/** Finds, among what is opened for apps, that of a name; the first, which is the default one's, without. */
export function findNamed<T extends { readonly app: App }>(opened: readonly T[], name?: AppName): T | undefined {
  return name === undefined ? opened[0] : opened.find(it => it.app.name === name)
}

/** The same; throws ConfigError for a name that none of them has. */
export function requireNamed<T extends { readonly app: App }>(opened: readonly T[], name?: AppName): T {
  const found = findNamed(opened, name)
  if (found === undefined) throw new ConfigError([`${name} is not one of ${opened.map(it => it.app.name).join(', ')}`])
  return found
}

/** Finds any app by its appid, as WeChat or a message names it. */
export function findAppById({ officials, minis }: Apps, appid: string): App | undefined {
  return [...officials, ...minis].find(it => it.appid === appid)
}

/** Finds any app by its name. */
export function findApp({ officials, minis }: Apps, name: AppName): App | undefined {
  return [...officials, ...minis].find(it => it.name === name)
}

/** Names an app for people: what it is, its name, and its appid. */
export function nameOfApp({ kind, name, appid }: App): string {
  return `the ${kind === 'official' ? 'Official Account' : 'mini program'} ${name} (${appid})`
}
