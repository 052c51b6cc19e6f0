/** The secrets that a run is about, by how they come to be. */

import type { App, Apps } from '../../lib/apps.ts'
import { type AppSecret, appSecrets, type SecretName, secretOf } from '../../lib/secret-names.ts'
import type { OfApp } from '../command/apps.ts'

export type { SecretName }

/** What is made of another secret, and with it: the public half of the session keys. */
export const derivedName = 'session-public-keys' satisfies SecretName

/** One that is asked for, or made: of an app, or of the stage. */
export type AppsSecret = { readonly name: SecretName; readonly kind: AppSecret; readonly app: App }
export type Secret = AppsSecret | { readonly name: 'session-keys'; readonly kind: 'session-keys' }

/** All of a stage, or those of one app alone. */
export function secretsOf(apps: Apps, { app: chosen }: OfApp): readonly Secret[] {
  const all = [...apps.officials, ...apps.minis].filter(it => chosen === undefined || it.name === chosen)
  const ofApps = appSecrets.flatMap(kind => all.map(app => ({ name: secretOf(app, kind), kind, app })))
  return chosen === undefined ? [...ofApps, { name: 'session-keys', kind: 'session-keys' }] : ofApps
}
