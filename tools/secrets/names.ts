/** The secrets of a stage, in the order in which they are told. */

import type { SecretName } from '../../lib/ports.ts'

export type { SecretName }

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
