/** The secrets of a stage, in the order in which they are told. */

import type { SecretName as StoredName } from '../../lib/ports.ts'

export type { StoredName }

/** What is made of another secret, and with it: the public half of the session keys. */
export const derivedName = 'session-public-keys' satisfies StoredName

/** Those that are asked for, or made. */
export type SecretName = Exclude<StoredName, typeof derivedName>

export const secretNames = [
  'official-appsecret',
  'mini-appsecret',
  'callback-token',
  'callback-aes-key',
  'session-keys',
] as const satisfies readonly SecretName[]

export function isSecretName(text: string): text is SecretName {
  return secretNames.some(it => it === text)
}

export function isStoredName(text: string): text is StoredName {
  return text === derivedName || isSecretName(text)
}
