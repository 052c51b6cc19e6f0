/** The secrets of a stage, in the order in which they are listed. */

export const secretNames = [
  'official-appsecret',
  'mini-appsecret',
  'callback-token',
  'callback-aes-key',
  'session-keys',
  'session-public-keys',
] as const

export type SecretName = (typeof secretNames)[number]
