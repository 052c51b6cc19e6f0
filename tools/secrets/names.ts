/** The secrets of a stage, by how they come to be. */

import { type SecretName as StoredName, secretNames as storedNames } from '../../lib/secret-names.ts'

export type { StoredName }

/** What is made of another secret, and with it: the public half of the session keys. */
export const derivedName = 'session-public-keys' satisfies StoredName

/** Those that are asked for, or made. */
export const secretNames = storedNames.filter(it => it !== derivedName)

export type SecretName = (typeof secretNames)[number]

export function isSecretName(text: string): text is SecretName {
  return secretNames.some(it => it === text)
}

export function isStoredName(text: string): text is StoredName {
  return storedNames.some(it => it === text)
}
