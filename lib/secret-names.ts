/** The secrets of a stage: three of each app, by its name, and those of the stage itself. */

import type { App, Apps } from './apps.ts'

/** What is secret of an app; the EncodingAESKey is there only where callbacks are encrypted. */
export const appSecrets = ['appsecret', 'callback-token', 'callback-aes-key'] as const
export type AppSecret = (typeof appSecrets)[number]
export type AppSecretName<S extends AppSecret = AppSecret> = `${string}-${S}`

export const stageSecrets = ['session-keys', 'session-public-keys'] as const
export type SecretName = AppSecretName | (typeof stageSecrets)[number]

/** The name of an app's secret. */
export function secretOf<S extends AppSecret>({ name }: Pick<App, 'name'>, secret: S): AppSecretName<S> {
  return `${name}-${secret}`
}

/** All of a stage, in the order in which they are told. */
export function secretNamesOf({ officials, minis }: Apps): readonly SecretName[] {
  const apps = [...officials, ...minis]
  return [...appSecrets.flatMap(secret => apps.map(app => secretOf(app, secret))), ...stageSecrets]
}
