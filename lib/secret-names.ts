/** The secrets of a stage: three of each app, by its name, and those of the stage itself. */

import type { App, Apps } from './apps.ts'

/** What is secret of an app; the EncodingAESKey is there only where callbacks are encrypted. */
export const appSecrets = ['appsecret', 'callback-token', 'callback-aes-key'] as const
export type AppSecret = (typeof appSecrets)[number]
export type AppSecretName<S extends AppSecret = AppSecret> = `${string}-${S}`

export const stageSecrets = ['session-keys', 'session-public-keys'] as const
type StageSecret = (typeof stageSecrets)[number]

/** What is secret of a server behind us; without them it has those of the callback whose pushes it takes. */
export const forwardSecrets = ['forward-token', 'forward-aes-key'] as const
export type ForwardSecret = (typeof forwardSecrets)[number]
export type ForwardSecretName = `${string}-${ForwardSecret}`
export type SecretName = AppSecretName | ForwardSecretName | StageSecret

/** The name of an app's secret. */
export function secretOf<S extends AppSecret>({ name }: Pick<App, 'name'>, secret: S): AppSecretName<S> {
  return `${name}-${secret}`
}

/** The name of a secret of a server behind us. */
export function forwardSecretOf(server: { readonly name: string }, secret: ForwardSecret): ForwardSecretName {
  return `${server.name}-${secret}`
}

/** The names of an app's secrets. */
export function secretsOf(app: Pick<App, 'name'>): readonly AppSecretName[] {
  return appSecrets.map(it => secretOf(app, it))
}

/** What kind of secret a name is of: an app's own word for it, or the stage's. */
export function kindOf(name: SecretName): AppSecret | ForwardSecret | StageSecret {
  const ofStage = stageSecrets.find(it => it === name)
  const kind = ofStage ?? [...appSecrets, ...forwardSecrets].find(it => name.endsWith(`-${it}`))
  if (kind === undefined) throw new Error(`${name} is no kind of secret`)
  return kind
}

/** The app whose secret it is; undefined for one of the stage. */
export function appOfSecret({ officials, minis }: Apps, name: SecretName): App | undefined {
  return [...officials, ...minis].find(app => secretsOf(app).some(it => it === name))
}

/** All of a stage's apps, in the order in which they are told. */
export function appSecretNamesOf({ officials, minis }: Apps): readonly AppSecretName[] {
  const apps = [...officials, ...minis]
  return appSecrets.flatMap(secret => apps.map(app => secretOf(app, secret)))
}

/** All of a stage, its own after those of its apps. */
export function secretNamesOf(apps: Apps): readonly SecretName[] {
  return [...appSecretNamesOf(apps), ...stageSecrets]
}
