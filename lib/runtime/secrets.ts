/** The secrets, shared by all of a container, and the session tokens made with them. */

import { createSessionTokens } from '../adapters/session-tokens.ts'
import { createSecrets, type FunctionSecrets } from '../adapters/ssm-secrets.ts'
import { config } from '../config.ts'
import { ConfigError } from '../errors.ts'
import type { SecretName, Secrets, SessionTokens } from '../ports.ts'
import { now } from './context.ts'

let opened: FunctionSecrets | undefined

/** Opens them for a function that needs these, beside what others of its parts need: one request brings them all. */
export function secrets(...needed: readonly SecretName[]): Secrets {
  opened ??= createSecrets(config('SECRETS_PREFIX').SECRETS_PREFIX, now)
  opened.need(needed)
  return opened
}

/** Reads a secret that must be there, and not the one that was refused just now; throws ConfigError, which names it. */
export async function neededSecret(name: SecretName, refused?: string): Promise<string> {
  const value = await secrets().get(name, refused)
  if (value !== undefined) return value
  throw new ConfigError([`the secret ${config('SECRETS_PREFIX').SECRETS_PREFIX}/${name} is not set`])
}

export function sessionTokens(): SessionTokens {
  const { STAGE, WECHAT_MINI_APPID, SESSION_SECONDS } = config('STAGE', 'WECHAT_MINI_APPID', 'SESSION_SECONDS')
  const known = secrets('session-keys')
  return createSessionTokens({
    keys: () => known.get('session-keys'),
    issuer: `queqiao-${STAGE}`,
    audience: WECHAT_MINI_APPID,
    lifeSeconds: SESSION_SECONDS,
    now,
  })
}
