/** Token and EncodingAESKey of a server behind us, where they are not those of the callback: asked for, or from the environment. */

import type { Apps } from '../../lib/apps.ts'
import { type ForwardSecret, forwardSecretOf, forwardSecrets } from '../../lib/secret-names.ts'
import { SettingsError } from '../../local/environment.ts'
import { forwardForms, forwardVariableOf } from '../../local/forward-keys.ts'
import type { Session } from '../command/session.ts'
import { askHidden, type Terminal } from './hidden-input.ts'
import type { SecretStore } from './store.ts'

export type ForwardKeysDeps = Session & {
  readonly store: SecretStore
  readonly terminal: Terminal | undefined
  readonly apps: Apps
}

/** Writes both of a server, in place of earlier ones; throws SettingsError, or NoAnswer, before anything is written. */
export async function writeForwardKeys(server: string, deps: ForwardKeysDeps): Promise<void> {
  const { store, screen, signal } = deps
  const values: [ForwardSecret, string][] = []
  for (const secret of forwardSecrets) values.push([secret, await keyOf(secret, server, deps)])
  for (const [secret, value] of values) {
    signal.throwIfAborted()
    const name = forwardSecretOf({ name: server }, secret)
    await store.write(name, value, (await store.dates([name])).has(name) ? 'replace' : 'new')
    screen.line(`✓ ${name}  written · 已写入`)
  }
  screen.line('The functions take it within five minutes, without a deployment. · 五分钟内生效，无需重新部署')
}

async function keyOf(secret: ForwardSecret, server: string, deps: ForwardKeysDeps): Promise<string> {
  const { env, apps, terminal, screen, signal } = deps
  const { is, wanted } = forwardForms[secret]
  const variable = forwardVariableOf(secret, server, apps)
  const given = env[variable]?.trim()
  if (given) {
    if (is.test(given)) return given
    throw new SettingsError([`${variable} must be ${wanted}`])
  }
  if (terminal === undefined) throw new SettingsError([`${variable} must be set: there is no terminal to ask for it`])
  for (;;) {
    const text = (await askHidden(`  ${server}: ${wanted} (does not show · 输入不显示): `, terminal, signal)).trim()
    if (is.test(text)) return text
    screen.problem(`  ✗ ${wanted}`)
  }
}
