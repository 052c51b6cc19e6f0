/** The secrets, shared within a container, and the session tokens made with them. */

import { createSecrets, type FunctionSecrets } from '../adapters/aws/ssm-secrets.ts'
import { createSessionChecker, createSessionSigner } from '../adapters/session-tokens.ts'
import { nameOfApp } from '../apps.ts'
import { config } from '../config.ts'
import { ConfigError } from '../errors.ts'
import type { Secrets, SessionChecker, SessionSigner } from '../ports.ts'
import { appOfSecret, type SecretName } from '../secret-names.ts'
import { apps } from './apps.ts'
import { now } from './context.ts'

let opened: FunctionSecrets | undefined

/** Opens the secrets for a function that needs these; one request reads them together with those of its other parts. */
export function secrets(...needed: readonly SecretName[]): Secrets {
  opened ??= createSecrets(config('SECRETS_PREFIX').SECRETS_PREFIX, now)
  opened.need(needed)
  return opened
}

/** Reads a secret that must be set, and not the `refused` value again; throws ConfigError, which names it. */
export async function neededSecret(name: SecretName, refused?: string): Promise<string> {
  const value = await secrets().get(name, refused)
  if (value !== undefined) return value
  const app = appOfSecret(apps(), name)
  const whose = app === undefined ? '' : ` of ${nameOfApp(app)}`
  throw new ConfigError([`the secret ${config('SECRETS_PREFIX').SECRETS_PREFIX}/${name}${whose} is not set`])
}

export function sessionSigner(): SessionSigner {
  const known = secrets('session-keys')
  const { SESSION_SECONDS } = config('SESSION_SECONDS')
  return createSessionSigner({ issuer: issuer(), keys: () => known.get('session-keys'), lifeSeconds: SESSION_SECONDS })
}

/** For functions that only check sessions: the signing key is not read. */
export function sessionChecker(): SessionChecker {
  const known = secrets('session-public-keys')
  const minis = apps().minis.map(it => it.appid)
  return createSessionChecker({ issuer: issuer(), minis, keys: () => known.get('session-public-keys'), now })
}

function issuer(): string {
  return `queqiao-${config('STAGE').STAGE}`
}
