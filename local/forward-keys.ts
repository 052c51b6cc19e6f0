/** Token and EncodingAESKey of the servers behind us, as the environment has them. */

import type { App, Apps } from '../lib/apps.ts'
import { type ForwardSecret, forwardSecretOf, forwardSecrets } from '../lib/secret-names.ts'

type Environment = Readonly<Record<string, string | undefined>>

export const forwardForms = {
  'forward-token': { is: /^[A-Za-z0-9]{3,32}$/, wanted: 'a Token: 3 to 32 letters and digits' },
  'forward-aes-key': { is: /^[A-Za-z0-9]{43}$/, wanted: 'an EncodingAESKey: 43 letters and digits' },
} as const satisfies Record<ForwardSecret, object>

const variables = { 'forward-token': 'FORWARD_TOKEN', 'forward-aes-key': 'FORWARD_AES_KEY' } as const

/** All servers that may take pushes: that of FORWARD_URL, which has the default Official Account's name, and those of apps.json. */
export function serverNamesOf({ officials, minis }: Apps): string[] {
  const all: readonly App[] = [...officials, ...minis]
  return [officials[0].name, ...all.flatMap(it => (it.forward ?? []).map(({ name }) => name))]
}

/** `FORWARD_TOKEN` of the server of FORWARD_URL, `FORWARD_TOKEN_CRM` of the one named crm. */
export function forwardVariableOf(secret: ForwardSecret, server: string, { officials }: Apps): string {
  const ending = server === officials[0].name ? '' : `_${server.toUpperCase().replaceAll('-', '_')}`
  return `${variables[secret]}${ending}`
}

/** Names each that has not its form; no value is shown. */
export function problemsOfForwardKeys(env: Environment, apps: Apps): string[] {
  return eachOf(apps).flatMap(({ secret, variable }) => {
    const { is, wanted } = forwardForms[secret]
    const value = env[variable]
    return !value || is.test(value) ? [] : [`${variable} must be ${wanted}`]
  })
}

/** The secrets that the environment has, by their names; the others are those of the callback. */
export function forwardSecretsIn(env: Environment, apps: Apps): Record<string, string> {
  return Object.fromEntries(
    eachOf(apps).flatMap(({ name, variable }) => (env[variable] ? [[name, env[variable]]] : [])),
  )
}

function eachOf(apps: Apps) {
  return serverNamesOf(apps).flatMap(server =>
    forwardSecrets.map(secret => ({
      secret,
      name: forwardSecretOf({ name: server }, secret),
      variable: forwardVariableOf(secret, server, apps),
    })),
  )
}
